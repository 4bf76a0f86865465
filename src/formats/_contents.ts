/** Everything that a page about one model file shows: its tensors, what it says of itself, and its graph if there is one. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../model/errors';
import type { Diagnostic, Model } from '../model/graph';
import type { FileContents, FileFormat, ReadContext, TensorSample } from './_format';
import { formatOf, modelFileOf } from './_registry';

export interface ModelFile extends FileContents {
  file: string;
  /** Of the format. */
  id: string;
  format: string;
  bytes: number;
  /** The configuration beside a checkpoint, which may say its architecture. */
  described?: string;
}

/**
 * @param where a file, or a folder that Transformers saved.
 * @throws VitrineError file-not-found, bad-file
 */
export async function contentsOf(where: string): Promise<ModelFile> {
  const file = await modelFileOf(where);
  const format = await formatOf(file);
  if (!format.contents)
    throw new VitrineError(
      'bad-file',
      `${path.basename(file)} is ${format.name}: it holds no tensors that can be listed.`,
      { at: { file } },
    );
  const contents = await format.contents(file);
  const { size } = await stat(file);
  const described = format.parametersOnly ? await configurationBeside(file) : undefined;
  return {
    ...contents,
    file,
    id: format.id,
    format: format.name,
    bytes: contents.tensors.some(t => t.shard) ? contents.tensors.reduce((n, t) => n + t.bytes, 0) : size,
    ...(described !== undefined && { described }),
  };
}

export interface FileGraph {
  /** With nodes; absent where neither the file nor a configuration says how to compute. */
  model?: Model;
  /** The configuration that it was read from, where that is not the file. */
  described?: string;
  diagnostics: readonly Diagnostic[];
  /** Why a configuration that is there could not be read. */
  failure?: string;
}

/**
 * The graph that a file holds, or that the configuration beside a checkpoint describes.
 *
 * @throws VitrineError file-not-found, bad-file
 */
export async function graphOf(where: string, context: ReadContext): Promise<FileGraph> {
  const file = await modelFileOf(where);
  const format = await formatOf(file);
  const first = async (format: FileFormat, file: string) =>
    Object.values(await format.read({ file }, context))[0];
  const own = format.parametersOnly ? undefined : await first(format, file);
  if (own?.model && own.model.nodes.length > 0) return { model: own.model, diagnostics: own.diagnostics };
  const described = own && !own.model ? undefined : await configurationBeside(file);
  const diagnostics = own?.diagnostics ?? [];
  if (described === undefined) return { diagnostics };
  try {
    const read = await first(await formatOf(described), described);
    return {
      ...(read?.model && { model: read.model }),
      described,
      diagnostics: [...diagnostics, ...(read?.diagnostics ?? [])],
    };
  } catch (e) {
    // The file is shown without a graph then.
    if (!(e instanceof VitrineError) || e.code === 'cancelled') throw e;
    return { described, diagnostics, failure: e.message };
  }
}

/** A checkpoint knows no computation, but a configuration beside it may. */
async function configurationBeside(file: string): Promise<string | undefined> {
  const config = path.join(path.dirname(file), 'config.json');
  return (await stat(config).catch(() => undefined))?.isFile() ? config : undefined;
}

/** Of a tensor of a file, at most so many values. @throws VitrineError file-not-found, bad-file */
export async function sampleOf(where: string, tensor: string, most: number): Promise<TensorSample> {
  const file = await modelFileOf(where);
  const format = await formatOf(file);
  if (!format.sample)
    throw new VitrineError('bad-file', `The values of ${path.basename(file)} cannot be read.`, {
      at: { file },
    });
  return format.sample(file, tensor, most);
}
