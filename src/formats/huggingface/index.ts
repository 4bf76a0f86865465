/**
 * A folder as Transformers saves it: config.json, which says what the model is, and its weights. The model is read
 * from PyTorch source of our own (python/), whose modules have the names of the weights; so its graph has lines, too.
 */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Diagnostic, Model, SourceRange, Tensors } from '../../model/graph';
import { listed } from '../../model/suggest';
import type { FileFormat, ReadModel } from '../_format';
import { type CheckpointReader, openCheckpoint } from '../checkpoint/checkpoint';
import { checkWeightsOf, loadWeightsFrom } from '../checkpoint/weights';
import { PytorchReader } from '../pytorch/reader';
import { type Architecture, architectures } from './architectures';

const maxConfigBytes = 5_000_000;

/** One reader a folder of sources: its interpreter stays warm between calls. */
const readers = new Map<string, PytorchReader>();

export const format: FileFormat = {
  id: 'huggingface',
  name: 'Hugging Face folder',
  extensions: ['config.json'],
  match: file => path.basename(file).toLowerCase() === 'config.json',
  async read(request, { distFolder, signal }) {
    const { file } = request;
    const config = await readConfig(file);
    const { architecture, name } = whatOf(config, file, request.class);
    const folder = path.join(distFolder, 'huggingface');
    let reader = readers.get(folder);
    if (!reader) {
      reader = new PytorchReader({ distFolder, workspaceFolder: folder });
      readers.set(folder, reader);
    }
    const read = await reader.read(
      {
        file: path.join(folder, `${architecture.source}.py`),
        class: name,
        arguments: { ...request.arguments, config },
        input: request.input ?? inputOf(config),
      },
      signal,
    );
    const out: Record<string, ReadModel> = {};
    for (const [key, { model, diagnostics, milliseconds }] of Object.entries(read)) {
      const own = model && { ...model, file, format: 'huggingface' };
      const found = diagnostics
        .filter(d => d.severity === 'error' || d.severity === 'warning')
        .map(d => ({
          ...d,
          message: `${named(file)} does not describe a model that can be read: ${d.message}`,
        }));
      out[key] = {
        ...(own && { model: own }),
        // What fails in our source for a configuration is said of the configuration.
        diagnostics: [...found, ...(own ? await weightFindings(own, architecture) : [])].map(
          ({ severity, code, message }) => ({ ...atTop(file), severity, code, message }),
        ),
        milliseconds,
      };
    }
    return out;
  },
  async weights(model) {
    const config = await readConfig(model.file);
    const { architecture } = whatOf(config, model.file, model.name);
    return weightsOf(model, architecture);
  },
};

/** Images have a size; tokens come in any number, so nothing is given for them. */
function inputOf(config: Readonly<Record<string, unknown>>): readonly number[] | undefined {
  const { image_size: size, num_channels: channels = 3 } = config;
  const [height, width] = Array.isArray(size) ? size : [size, size];
  const shape = [channels, height, width].map(Number);
  return size !== undefined && shape.every(n => Number.isSafeInteger(n) && n > 0) ? shape : undefined;
}

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
    return checkWeightsOf(model, renamed(reader, model, architecture.prefix));
  } finally {
    await reader.close();
  }
}

async function readConfig(file: string): Promise<Record<string, unknown>> {
  const bad = (what: string) => new VitrineError('bad-file', `${named(file)} ${what}`, { at: { file } });
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile())
    throw new VitrineError('file-not-found', `There is no ${named(file)}.`, { at: { file } });
  if (info.size > maxConfigBytes) throw bad(`has ${info.size} bytes; at most ${maxConfigBytes} are read.`);
  let config: unknown;
  try {
    config = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw bad('is not JSON.');
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw bad('is no JSON object.');
  return config as Record<string, unknown>;
}

function named(file: string): string {
  return `${path.basename(path.dirname(file))}/${path.basename(file)}`;
}

/** @throws VitrineError bad-file, class-not-found */
function whatOf(
  config: Readonly<Record<string, unknown>>,
  file: string,
  wanted: string | undefined,
): { architecture: Architecture; name: string } {
  const { model_type: type, architectures: classes } = config;
  const architecture =
    typeof type === 'string' && Object.hasOwn(architectures, type) ? architectures[type] : undefined;
  if (!architecture)
    throw new VitrineError(
      'bad-file',
      `${named(file)} has the model_type ${JSON.stringify(type)?.slice(0, 80) ?? 'of nothing'}. Known are ${listed(Object.keys(architectures))}.`,
      { at: { file } },
    );
  const own = Array.isArray(classes) ? classes.filter(c => architecture.classes.includes(c)) : [];
  const name = wanted ?? own[0] ?? architecture.classes[0]!;
  if (!architecture.classes.includes(name))
    throw new VitrineError(
      'class-not-found',
      `There is no class "${name}" for ${named(file)}. It has ${listed(architecture.classes)}.`,
      { at: { file } },
    );
  return { architecture, name: name as string };
}

/** The files that Transformers gives the weights, in the order in which it looks for them. */
const weightFiles = ['model.safetensors', 'model.safetensors.index.json', 'pytorch_model.bin'] as const;

/** Opens the weights of a folder. @throws VitrineError file-not-found, bad-file */
export async function openFolderWeights(folder: string): Promise<CheckpointReader> {
  for (const name of weightFiles) {
    const file = path.join(folder, name);
    if ((await stat(file).catch(() => undefined))?.isFile()) return openCheckpoint(file);
  }
  throw new VitrineError(
    'file-not-found',
    `The folder ${path.basename(folder)} has no weights. Expected ${listed([...weightFiles])}.`,
    { at: { file: folder } },
  );
}

async function weightsOf(model: Model, architecture: Architecture): Promise<Tensors> {
  const reader = await openFolderWeights(path.dirname(model.file));
  try {
    return await loadWeightsFrom(model, renamed(reader, model, architecture.prefix));
  } finally {
    await reader.close();
  }
}

/** The checkpoint under the model's names: base models are saved without the prefix, and early files with TensorFlow's names. */
function renamed(reader: CheckpointReader, model: Model, prefix: string): CheckpointReader {
  const wanted = new Set(model.parameters.flatMap(p => [p.name, ...(p.aliases ?? [])]));
  const original = new Map<string, string>();
  for (const name of reader.tensors.keys()) {
    const modern = name.replace(/\.gamma$/, '.weight').replace(/\.beta$/, '.bias');
    const without = modern.startsWith(`${prefix}.`) ? modern.slice(prefix.length + 1) : modern;
    const known = [modern, `${prefix}.${modern}`, without].find(n => wanted.has(n));
    // What the model has no use for, e.g. masks that old versions saved, is left alone.
    if (known !== undefined) original.set(known, name);
  }
  return {
    file: reader.file,
    tensors: new Map([...original].map(([name, old]) => [name, { ...reader.tensors.get(old)!, name }])),
    tensor: name => reader.tensor(original.get(name) ?? name),
    close: () => reader.close(),
  };
}
