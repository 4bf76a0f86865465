/** The environments and the agents that there are. */
import registeredAgents from 'registry:rl/agents#agent';
import registered from 'registry:rl/environments#environment';
import type { AgentDefinition } from './agent';
import type { EnvironmentDefinition } from './environment';

export const environments = registered as readonly EnvironmentDefinition[];
export const agents = registeredAgents as readonly AgentDefinition[];

/** @param loss the loss of an experiment. */
export function agentOf(loss: string): AgentDefinition | undefined {
  return agents.find(a => a.loss === loss);
}
