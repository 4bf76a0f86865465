/** Everything that a page about one model file shows: its graph if there is one, its tensors, what it says of itself. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../model/errors';
import type { Diagnostic, Model } from '../model/graph';
import type { FileContents, ReadContext, TensorSample } from './_format';
import { formatOf, modelFileOf } from './_registry';

export interface ModelFile extends FileContents {
  file: string;
  /** Of the format. */
  id: string;
  format: string;
  bytes: number;
  /** With nodes, or with parameters alone. */
  model?: Model;
  /** The configuration beside a checkpoint that may say its architecture. */
  described?: string;
  diagnostics: readonly Diagnostic[];
}

/**
 * @param where a file, or a folder that Transformers saved.
 * @throws VitrineError file-not-found, bad-file
 */
export async function contentsOf(where: string, context: ReadContext): Promise<ModelFile> {
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
  const { model, diagnostics } = await first(file, context);
  const shared = {
    ...contents,
    file,
    id: format.id,
    format: format.name,
    bytes: contents.tensors.some(t => t.shard) ? contents.tensors.reduce((n, t) => n + t.bytes, 0) : size,
    diagnostics,
  };
  // A checkpoint knows no computation, but a configuration beside it may.
  const config = path.join(path.dirname(file), 'config.json');
  const beside = model?.nodes.length === 0 && (await stat(config).catch(() => undefined))?.isFile();
  return { ...shared, ...(model && { model }), ...(beside && { described: config }) };
}

async function first(file: string, context: ReadContext) {
  const format = await formatOf(file);
  const [read] = Object.values(await format.read({ file }, context));
  return { diagnostics: read?.diagnostics ?? [], ...(read?.model && { model: read.model }) };
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
