/**
 * A folder as Transformers saves it: config.json, which says what the model is, and its weights. The model is read
 * from PyTorch source of our own (python/), whose modules have the names of the weights; so its graph has lines, too.
 */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Model, SourceRange } from '../../model/graph';
import type { FileFormat, ReadModel } from '../_format';
import { format as checkpoint } from '../checkpoint';
import type { CheckpointReader } from '../checkpoint/checkpoint';
import { checkWeightsOf } from '../checkpoint/weights';
import { asData, ownSources } from '../pytorch/ownSources';
import { format as safetensors } from '../safetensors';
import type { Architecture } from './architectures';
import {
  named,
  newHead,
  openFolderWeights,
  readConfig,
  renamed,
  weightsFile,
  weightsOf,
  whatOf,
  without,
} from './folder';
import { readBlocks, withRepeated } from './repeated';

export { openFolderWeights };

export const format: FileFormat = {
  id: 'huggingface',
  name: 'Hugging Face folder',
  extensions: ['config.json'],
  match: file => path.basename(file).toLowerCase() === 'config.json',
  async read(request, { distFolder, signal }) {
    const { file } = request;
    const config = await readConfig(file);
    const { architecture, name } = whatOf(config, file, request.class);
    const { reader, folder } = ownSources(distFolder, 'huggingface');
    // What an experiment gives stands before the file, e.g. num_labels of a new head.
    const whole = configured(config, request.arguments);
    const inputs = request.inputs ?? (request.input ? undefined : architecture.inputs?.(whole, name));
    const readFor = (config: Readonly<Record<string, unknown>>) =>
      reader.read(
        {
          file: path.join(folder, `${architecture.source}.py`),
          class: name,
          arguments: { config: asData(config) },
          ...(inputs ? { inputs } : { input: request.input ?? inputOf(config) }),
        },
        signal,
      );
    const asked = JSON.stringify([file, architecture.source, name, whole, inputs, request.input]);
    let read = known.get(asked);
    known.delete(asked);
    if (!read) {
      read =
        (request.inputs ? undefined : await readRepeated(architecture, whole, readFor)) ??
        (await readFor(whole));
      for (const r of Object.values(read)) if (r.model) r.model = { ...r.model, file, format: 'huggingface' };
    }
    if (Object.values(read).every(isSound)) keep(asked, read);
    const out: Record<string, ReadModel> = {};
    for (const [key, { model: own, diagnostics, milliseconds }] of Object.entries(read)) {
      const found = diagnostics
        .filter(d => d.severity === 'error' || d.severity === 'warning')
        .map(d => ({
          ...d,
          message: `${named(file)} does not describe a model that can be read: ${d.message}`,
        }));
      out[key] = {
        ...(own && { model: own }),
        // What fails in our source for a configuration is said of the configuration.
        diagnostics: [
          ...found,
          ...(request.class === undefined ? otherClass(config, name, file) : []),
          ...(own ? await weightFindings(own, architecture) : []),
        ].map(({ severity, code, message }) => ({ ...atTop(file), severity, code, message })),
        milliseconds,
      };
    }
    return out;
  },
  async contents(file) {
    const folder = path.dirname(file);
    const config = await readConfig(file);
    const metadata = Object.entries(config)
      .filter(([, value]) => typeof value !== 'object' || value === null)
      .map(([name, value]): [string, string] => [name, String(value).slice(0, 400)]);
    const weights = await weightsFile(folder);
    const stored =
      weights && (await (weights.endsWith('.safetensors') ? safetensors : checkpoint).contents!(weights));
    return {
      tensors: stored ? stored.tensors : [],
      metadata: [...metadata, ...(stored ? stored.metadata : [])],
      lacking: [],
    };
  },
  async sample(file, tensor, most) {
    const weights = await weightsFile(path.dirname(file));
    if (!weights)
      throw new VitrineError('file-not-found', `${named(file)} has no weights beside it.`, { at: { file } });
    return (weights.endsWith('.safetensors') ? safetensors : checkpoint).sample!(weights, tensor, most);
  },
  async weights(model) {
    const config = await readConfig(model.file);
    const { architecture } = whatOf(config, model.file, model.name);
    return weightsOf(model, architecture);
  },
};

/**
 * What our own sources gave for a configuration, by all that it depends on; the one asked for last at the end. A person opens
 * a folder again, and its table, its graph and its findings are asked for one by one.
 */
const known = new Map<string, Record<string, ReadModel>>();
const mostKnown = 4;

function keep(asked: string, read: Record<string, ReadModel>): void {
  known.set(asked, read);
  const [oldest] = known.keys();
  if (known.size > mostKnown) known.delete(oldest!);
}

/** Whether reading again would give the same: it was not cut short. */
function isSound({ model, diagnostics }: ReadModel): boolean {
  return model !== undefined && diagnostics.every(d => d.severity !== 'error');
}

/** Fewer blocks are read one by one. */
const manyBlocks = 8;

/** A model with many equal blocks, of which few are read; undefined where there are none, or they are not equal. */
async function readRepeated(
  { blocks, prefix }: Architecture,
  config: Readonly<Record<string, unknown>>,
  read: (config: Readonly<Record<string, unknown>>) => Promise<Record<string, ReadModel>>,
): Promise<Record<string, ReadModel> | undefined> {
  const many = blocks.flatMap(({ list, counts }) => {
    const key = counts.find(c => typeof config[c] === 'number');
    const count = key === undefined ? 0 : (config[key] as number);
    return Number.isSafeInteger(count) && count >= manyBlocks && count <= mostBlocks
      ? [{ list, key: key!, count }]
      : [];
  });
  if (many.length === 0) return undefined;
  const few = await read({ ...config, ...Object.fromEntries(many.map(m => [m.key, readBlocks])) });
  const out: Record<string, ReadModel> = {};
  for (const [name, found] of Object.entries(few)) {
    let { model } = found;
    if (!model || found.diagnostics.some(d => d.severity === 'error')) return undefined;
    for (const { list, count } of many) {
      const path = [`${prefix}.${list}`, list].find(p => model!.modules.some(m => m.path === `${p}.2`));
      // A class without this list, as T5's encoder alone.
      if (path === undefined) continue;
      model = withRepeated(model, path, count);
      if (!model) return undefined;
    }
    out[name] = { ...found, model };
  }
  return out;
}

/** That a class is read in the place of the one that a configuration names. */
function otherClass(config: Readonly<Record<string, unknown>>, name: string, file: string): Diagnostic[] {
  const { architectures: said } = config;
  if (!Array.isArray(said) || said.length === 0 || said.includes(name)) return [];
  return [
    {
      ...atTop(file),
      severity: 'information',
      code: 'other-class',
      message: `${named(file)} describes a ${String(said[0]).slice(0, 80)}, which is not read: ${name} is shown instead.`,
    },
  ];
}

/** The configuration with what is given instead of its own; as many labels as are asked for. */
function configured(
  config: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const { id2label, ...rest } = config;
  return { ...('num_labels' in given || id2label === undefined ? rest : config), ...given };
}

/** Images have a size; tokens come in any number, so nothing is given for them. */
function inputOf(config: Readonly<Record<string, unknown>>): readonly number[] | undefined {
  const { image_size: size, num_channels: channels = 3 } = config;
  const [height, width] = Array.isArray(size) ? size : [size, size];
  const shape = [channels, height, width].map(Number);
  return size !== undefined && shape.every(n => Number.isSafeInteger(n) && n > 0) ? shape : undefined;
}

/** No model has more. */
const mostBlocks = 10_000;

function atTop(file: string): SourceRange {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 2 };
}

/** Whether the weights beside the configuration are of the model that it describes; by their headers alone. */
async function weightFindings(model: Model, architecture: Architecture): Promise<readonly Diagnostic[]> {
  let reader: CheckpointReader;
  try {
    reader = await openFolderWeights(path.dirname(model.file));
  } catch (e) {
    if (!(e instanceof VitrineError)) throw e;
    // A configuration without weights is a model to train.
    if (e.code === 'file-not-found' && e.details.at?.file === path.dirname(model.file)) return [];
    return [{ ...atTop(model.file), severity: 'error', code: e.code, message: e.message }];
  }
  try {
    const own = renamed(reader, model, architecture.prefix);
    const begun = newHead(model, own, architecture.prefix);
    return [
      ...begun.map(
        (p): Diagnostic => ({
          ...atTop(model.file),
          severity: 'warning',
          code: 'weights-new',
          message: `${p.name} [${p.shape.join(', ')}] is not in ${path.basename(own.file)}: it begins anew, to be trained.`,
        }),
      ),
      ...checkWeightsOf(without(model, begun), own).filter(d => d.code !== 'weights-extra' || !begun.length),
    ];
  } finally {
    await reader.close();
  }
}
