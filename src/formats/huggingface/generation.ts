/** The models that generate text token by token: those of our sources that take what was kept of the tokens so far. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { listed } from '../../model/suggest';
import type { InputShape, ReadContext } from '../_format';
import { loadWeightsFrom } from '../checkpoint/weights';
import { asData, ownSources } from '../pytorch/ownSources';
import { architectures } from './architectures';
import { named, openFolderWeights, readConfig, renamed, whatOf, without } from './folder';

export interface Generator {
  /** Scores (N, V) behind the last of T new tokens: inputs tokens and places (N, T), then what is kept (N, heads, C, width). */
  step: Model;
  /** Inputs of `step` that are kept, each with the output that it keeps. */
  carry: Readonly<Record<string, string>>;
  /** Of an encoder and decoder: what the decoder looks at, outputs in the order of `memoryInputs`, from tokens (N, S) or sound. */
  memory?: Model;
  memoryInputs: readonly string[];
  weights: Tensors;
  /** How many tokens a text may have. */
  longest: number | undefined;
  vocabulary: number;
  /** Tokens that end a text; the token that a decoder starts from. */
  end: readonly number[];
  start: number | undefined;
}

/**
 * @param file config.json
 * @throws VitrineError bad-file when the architecture generates no text
 */
export async function readGenerator(file: string, context: ReadContext): Promise<Generator> {
  const config = await readConfig(file);
  const { architecture, name } = whatOf(config, file, undefined);
  const { generation } = architecture;
  if (!generation)
    throw new VitrineError(
      'bad-file',
      `${named(file)} describes a ${name}, which does not generate text. Models that do: ${listed(
        Object.values(architectures).flatMap(a => a.generation?.of ?? []),
      )}.`,
      { at: { file } },
    );
  const { layers, heads, width } = generation.cache(config);
  const kept = (from: number, count: number, length: string) =>
    Array.from({ length: count }, (_, i) => ({
      name: `past_${from + i}`,
      shape: ['N', heads, length, width],
      dtype: 'float32' as const,
    }));
  const tokens = (symbol: string, label = 'input_ids') => ({
    name: label,
    shape: ['N', symbol],
    dtype: 'int64' as const,
  });
  const read = (className: string, inputs: readonly InputShape[]) =>
    readClass({ file, source: architecture.source, class: className, config, inputs, context });
  const step = await read(generation.step, [
    tokens('T'),
    tokens('T', 'positions'),
    ...kept(0, 2 * layers, 'C'),
    ...(generation.memory ? kept(2 * layers, 2 * layers, 'S') : []),
  ]);
  const source = generation.source?.(config) ?? tokens('S');
  const memory = generation.memory === undefined ? undefined : await read(generation.memory, [source]);
  const reader = await openFolderWeights(path.dirname(file));
  try {
    const weights = await loadWeightsFrom(step, renamed(reader, step, architecture.prefix));
    if (memory) {
      const rest = without(
        memory,
        memory.parameters.filter(p => Object.hasOwn(weights, p.name)),
      );
      Object.assign(weights, await loadWeightsFrom(rest, renamed(reader, rest, architecture.prefix)));
    }
    const defaults = await readConfig(path.join(path.dirname(file), 'generation_config.json')).catch(
      () => ({}),
    );
    const ends = [config, defaults].map(c => wholes((c as Record<string, unknown>)['eos_token_id']));
    const own = step.inputs.slice(2, 2 + 2 * layers);
    return {
      step,
      carry: Object.fromEntries(own.map((id, i) => [id, step.outputs[1 + i]!])),
      ...(memory && { memory }),
      memoryInputs: step.inputs.slice(2 + 2 * layers),
      weights,
      longest: generation.longest(config),
      vocabulary: Number(step.values[step.outputs[0]!]!.shape.at(-1)),
      end: ends[1]!.length > 0 ? ends[1]! : ends[0]!,
      start:
        wholes((defaults as Record<string, unknown>)['decoder_start_token_id'])[0] ??
        wholes(config['decoder_start_token_id'])[0],
    };
  } finally {
    await reader.close();
  }
}

function wholes(value: unknown): number[] {
  return (Array.isArray(value) ? value : [value]).filter(x => Number.isSafeInteger(x) && x >= 0);
}

/** Reads a class of our own sources with the inputs that are stated, as the model of `file`. @throws VitrineError bad-file */
export async function readClass({
  file,
  source,
  class: name,
  config,
  inputs,
  context: { distFolder, signal },
}: {
  file: string;
  source: string;
  class: string;
  config: Readonly<Record<string, unknown>>;
  inputs: readonly InputShape[];
  context: ReadContext;
}): Promise<Model> {
  const { reader, folder } = ownSources(distFolder, 'huggingface');
  const { [name]: read } = await reader.read(
    { file: path.join(folder, `${source}.py`), class: name, arguments: { config: asData(config) }, inputs },
    signal,
  );
  const error = read?.diagnostics.find(d => d.severity === 'error');
  if (!read?.model || error)
    throw new VitrineError(
      'bad-file',
      `${named(file)} does not describe a model that can be read: ${error?.message ?? `${name} is unknown`}`,
      { at: { file } },
    );
  return { ...read.model, file, format: 'huggingface' };
}
