/** What an agent is, a way to learn from an environment: one file in rl/agents/ that exports `agent`. */
import type { Tensor, Tensors } from '../model/graph';
import type { Random } from '../model/random';
import type { EnvironmentDefinition } from './environment';
import type { Policy } from './rollout';

export interface AgentDefinition {
  /** The loss that chooses it in the experiment file. */
  loss: string;
  /** Numbers for each row of the loss's targets. */
  columns: number;
  /** Whether the model says what the state is worth, too: then its last column, after a score for each action. */
  critic: 'always' | 'optional' | 'never';
  /** Whether the learning rate falls to zero where the experiment has no schedule. */
  decays: boolean;
  /** What a first experiment says, by which CartPole-v1 is solved: what it means is said in the schemas of data and loss. */
  first: { data: object; lossOptions?: object; lr: number; epochs: number; batchSize: number };
  create(context: AgentContext): Agent;
}

export interface AgentContext {
  definition: EnvironmentDefinition;
  /** As in the experiment's data: copies, steps in each of them for an epoch, and what rewards are worth. */
  options: { environments: number; steps: number; passes: number; discount: number; lambda: number };
  /** Options of the loss, defaults filled in. */
  loss: Readonly<Record<string, unknown>>;
  /** Rows of an optimiser's step. */
  batch: number;
  epochs: number;
  /** Whether the model says what a state is worth; else that column is 0. */
  worth: boolean;
  /** What `state` gave, empty in a new run. */
  state: Tensors;
}

export interface Agent {
  /** Optimiser's steps in an epoch, as far as they can be foreseen. */
  readonly stepsPerEpoch: number;
  /** Acts and learns. @returns the returns of the episodes that ended. */
  epoch(epoch: number, learner: Learner, random: Random): Promise<readonly number[]>;
  /** What a resumed run needs besides weights and the optimiser's state, by name. */
  state(): Tensors;
}

/** The network that learns. */
export interface Learner {
  /** The network as it is now, or with these weights. */
  policy(rows: number, weights?: Tensors): Promise<Policy>;
  weights(): Promise<Tensors>;
  /** @param input [rows, observation]. @param targets [rows, columns]. */
  step(input: Tensor, targets: Tensor): Promise<void>;
}
