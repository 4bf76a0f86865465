/** The first experiment of a policy in an environment: which class acts, by which agent, with settings that are known to teach. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { shapeText } from '../../engine/feeds';
import type { ReadContext, ReadModelRequest } from '../../formats/_format';
import { formatOf } from '../../formats/_registry';
import { relativeTo } from '../../formats/experiment/paths';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import { listed } from '../../model/suggest';
import type { AgentDefinition } from '../../rl/agent';
import type { EnvironmentDefinition } from '../../rl/environment';
import { discountNamed, type NamedEnvironment, speaksOfWorth } from '../../rl/named';
import { agents, environments } from '../../rl/registry';
import { policyIn } from './policyModel';

export interface EnvironmentExperiment {
  class: string;
  /** The text of the experiment file. */
  experiment: string;
  env: string;
  agent: AgentDefinition;
}

/**
 * @param named the environment, by the code or by a person; of another version the one that there is.
 * @param folder where the experiment file is to be.
 * @throws bad-model for an environment that there is not, and where no class fits it.
 */
export async function experimentInEnvironment(
  { file, texts, class: wanted }: Pick<ReadModelRequest, 'file' | 'texts' | 'class'>,
  named: Pick<NamedEnvironment, 'id'> & Partial<NamedEnvironment>,
  folder: string,
  context: ReadContext,
): Promise<EnvironmentExperiment> {
  const at = { file, ...(named.line !== undefined && { line: named.line }) };
  const definition = environmentOf(named.id, at);
  const text = texts?.[file] ?? (await readFile(file, 'utf8').catch(() => ''));
  const format = await formatOf(file);
  const read = await format.read(
    {
      file,
      input: [definition.observation.names.length],
      ...(texts && { texts }),
      ...(wanted !== undefined && { class: wanted }),
    },
    context,
  );
  const models = Object.entries(read).flatMap(([name, { model, diagnostics }]) =>
    model && !diagnostics.some(d => d.severity === 'error') ? [{ name, model }] : [],
  );
  const chosen = choose(models, definition.actions.length, text);
  if (!chosen) {
    const first = Object.values(read)
      .flatMap(r => r.diagnostics)
      .find(d => d.severity === 'error');
    const { length } = definition.actions;
    throw new VitrineError(
      'bad-model',
      `No model of ${path.basename(file)} fits ${definition.id}, which needs one that takes (N, ${definition.observation.names.length}) and gives (N, ${length}), a score or the worth for each of ${length} actions, alone or with the worth of the state. ${
        first?.message ?? `It has ${models.map(m => `${m.name} ${shapesOf(m.model)}`).join(', ') || 'none'}.`
      }`,
      { at: first ?? at },
    );
  }
  return {
    class: chosen.name,
    env: definition.id,
    agent: chosen.agent,
    experiment: textOf(chosen, definition, named.id, text, relativeTo(folder)(file)),
  };
}

function environmentOf(id: string, at: { file: string; line?: number }): EnvironmentDefinition {
  const exact = environments.find(e => e.id === id);
  const stem = (s: string) => s.replace(/-v\d+$/, '');
  const found = exact ?? environments.find(e => stem(e.id) === stem(id));
  if (found) return found;
  throw new VitrineError(
    'bad-model',
    `The environment ${id} is not among those that there are: ${listed(environments.map(e => e.id))}.`,
    { at },
  );
}

/** Those that say most of a state come first, scores and worth; then what suits how the code speaks. */
function choose(models: readonly { name: string; model: Model }[], actions: number, text: string) {
  const order = ['always', speaksOfWorth(text) ? 'never' : 'optional'] as const;
  for (const agent of order.flatMap(critic => agents.filter(a => a.critic === critic)))
    for (const { name, model } of models) if (policyIn(model, agent, actions)) return { name, agent };
  return undefined;
}

function shapesOf({ inputs, outputs, values }: Model): string {
  const all = (ids: readonly string[]) => ids.map(i => shapeText(values[i]!.shape)).join(', ');
  return `${all(inputs)} → ${all(outputs)}`;
}

function textOf(
  { name, agent }: { name: string; agent: AgentDefinition },
  { id }: EnvironmentDefinition,
  named: string,
  text: string,
  file: string,
): string {
  const { data, lossOptions, lr, epochs, batchSize } = agent.first;
  const discount = discountNamed(text);
  const experiment = {
    model: { file, class: name },
    data: { kind: 'environment', env: id, ...data, ...(discount !== undefined && { discount }) },
    loss: agent.loss,
    ...(lossOptions && { lossOptions }),
    optimizer: { name: 'Adam', lr },
    epochs,
    batchSize,
    seed: 0,
  };
  const written = JSON.stringify(experiment, null, 2);
  const other = named === id ? '' : `  // The code names ${named}, another version of it.\n`;
  return `${written.replace('  "data":', () => `${other}  "data":`)}\n`;
}
