/** A folder that Transformers saved: its configuration, its weights, and the reader of our own source for it. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Model, Parameter, Tensors } from '../../model/graph';
import { listed } from '../../model/suggest';
import { type CheckpointReader, openCheckpoint, underNames } from '../checkpoint/checkpoint';
import { loadWeightsFrom } from '../checkpoint/weights';
import { type Architecture, architectures } from './architectures';

const maxConfigBytes = 5_000_000;

/** config.json as an object. @throws VitrineError file-not-found, bad-file */
export async function readConfig(file: string): Promise<Record<string, unknown>> {
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

/** How messages call it: the folder and the file. */
export function named(file: string): string {
  return `${path.basename(path.dirname(file))}/${path.basename(file)}`;
}

/** The architecture of a configuration and its class. @throws VitrineError bad-file, class-not-found */
export function whatOf(
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
  const { quantization_config: quantized } = config;
  if (typeof quantized === 'object' && quantized !== null)
    throw new VitrineError(
      'bad-file',
      `${named(file)} describes weights that are quantised (${String((quantized as Record<string, unknown>)['quant_method'] ?? 'by an unknown method').slice(0, 40)}), which is not read. Save the model with its weights as numbers: model.dequantize().save_pretrained(…).`,
      { at: { file } },
    );
  const said = Array.isArray(classes) ? classes.map(String) : [];
  const own = said.find(c => architecture.classes.includes(c));
  const name = wanted ?? own ?? insteadOf(said[0], architecture) ?? architecture.classes[0]!;
  if (!architecture.classes.includes(name))
    throw new VitrineError(
      'class-not-found',
      `There is no class "${name}" for ${named(file)}. It has ${listed(architecture.classes)}.`,
      { at: { file } },
    );
  return { architecture, name: name as string };
}

/** Of a class that is not read: what fills masks of one that was trained to, else its body, without the head. */
function insteadOf(said: string | undefined, { classes }: Architecture): string | undefined {
  if (said === undefined) return undefined;
  const masked = said.replace(/ForPreTraining$/, 'ForMaskedLM');
  return classes.includes(masked) ? masked : classes.find(c => /(?<!LMHead)Model$/.test(c));
}

/** Whether a classifier was trained to tell of each class by itself, not which one it is. */
export function severalHold(config: Readonly<Record<string, unknown>>): boolean {
  return config['problem_type'] === 'multi_label_classification';
}

/** Names of the classes by their numbers; empty where the configuration has none. */
export function labelsOf(config: Readonly<Record<string, unknown>>): string[] {
  const given = config['id2label'];
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, label]) => String(label));
}

/** The label that tells that one text follows from another; -1 where none does. */
export function entailment(labels: readonly string[]): number {
  return labels.findIndex(l => /^entail/i.test(l));
}

/** The files that Transformers gives the weights, in the order in which it looks for them. */
const weightFiles = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
] as const;

/** The file with the weights of a folder, if it has one. */
export async function weightsFile(folder: string): Promise<string | undefined> {
  for (const name of weightFiles) {
    const file = path.join(folder, name);
    if ((await stat(file).catch(() => undefined))?.isFile()) return file;
  }
  return undefined;
}

/** Opens the weights of a folder. @throws VitrineError file-not-found, bad-file */
export async function openFolderWeights(folder: string): Promise<CheckpointReader> {
  const file = await weightsFile(folder);
  if (file !== undefined) return openCheckpoint(file);
  throw new VitrineError(
    'file-not-found',
    `The folder ${path.basename(folder)} has no weights. Expected ${listed([...weightFiles])}.`,
    { at: { file: folder } },
  );
}

/** A model's weights from the folder of its file. @throws VitrineError */
export async function weightsOf(model: Model, architecture: Architecture): Promise<Tensors> {
  const reader = await openFolderWeights(path.dirname(model.file));
  try {
    const own = renamed(reader, model, architecture.prefix);
    return await loadWeightsFrom(without(model, newHead(model, own, architecture.prefix)), own);
  } finally {
    await reader.close();
  }
}

/**
 * Parameters of the head that the checkpoint lacks or has in another size: of a base model that is to learn a task they
 * begin anew, as in Transformers. Of the base model itself all must be there.
 */
export function newHead(model: Model, reader: CheckpointReader, prefix: string): Parameter[] {
  return model.parameters.filter(p => {
    const own = p.name.startsWith(`${prefix}.`) ? p.name.slice(prefix.length + 1) : p.name;
    if (p.kind === 'constant' || !/^(classifier|score|pre_classifier|qa_outputs|pooler)\./.test(own))
      return false;
    return reader.tensors.get(p.name)?.shape.join() !== p.shape.join();
  });
}

/** A model as far as its checkpoint is asked for. */
export function without(model: Model, parameters: readonly Parameter[]): Model {
  return parameters.length
    ? { ...model, parameters: model.parameters.filter(p => !parameters.includes(p)) }
    : model;
}

/** The checkpoint under the model's names: base models are saved without the prefix, and early files with TensorFlow's names. */
export function renamed(reader: CheckpointReader, model: Model, prefix: string): CheckpointReader {
  const wanted = new Set(model.parameters.flatMap(p => [p.name, ...(p.aliases ?? [])]));
  const original = new Map<string, string>();
  for (const name of reader.tensors.keys()) {
    const modern = name
      .replace(/\.gamma$/, '.weight')
      .replace(/\.beta$/, '.bias')
      // A weight as length and direction, as newer versions of PyTorch name them.
      .replace(/\.parametrizations\.weight\.original0$/, '.weight_g')
      .replace(/\.parametrizations\.weight\.original1$/, '.weight_v');
    const without = modern.startsWith(`${prefix}.`) ? modern.slice(prefix.length + 1) : modern;
    const known = [modern, `${prefix}.${modern}`, without].find(n => wanted.has(n));
    // What the model has no use for, e.g. masks that old versions saved, is left alone.
    if (known !== undefined) original.set(known, name);
  }
  return underNames(reader, original);
}
