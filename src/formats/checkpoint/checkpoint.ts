/** Checkpoints of whatever kind: named tensors in a file, read one by one. */
import { basename } from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { openSafetensors } from '../safetensors/read';
import { openSharded } from './sharded';
import { openTorch } from './torch';

export interface CheckpointEntry {
  name: string;
  /** The file's own name of the type, e.g. "F32" or "float32". */
  dtype: string;
  shape: readonly number[];
}

/** An open checkpoint; only what names its tensors is in memory. Close it when done. */
export interface CheckpointReader {
  file: string;
  tensors: ReadonlyMap<string, CheckpointEntry>;
  /** Which file beside it each tensor is in, of one in several. */
  shards?: ReadonlyMap<string, string>;
  /** Tensors that are not computed with, by the name of their kind. */
  refused?: ReadonlyMap<string, string>;
  /** Names of Python's classes of which the file has objects: none of them was made. */
  leftOut?: readonly string[];
  /** One tensor's values as float32 or int32. @throws VitrineError bad-file */
  tensor(name: string): Promise<Tensor>;
  /** At most `most` values of a tensor, where parts of it can be read. @throws VitrineError bad-file */
  sample?(name: string, most: number): Promise<{ data: Tensor['data']; of: number }>;
  close(): Promise<void>;
}

const shardedSuffix = '.index.json';

/** What `openCheckpoint` reads. */
export const checkpointExtensions = ['.safetensors', '.pt', '.pth', '.bin', '.ckpt', shardedSuffix] as const;

/**
 * A checkpoint under other names, and with no more than those.
 *
 * @param original by the new names.
 */
export function underNames(
  reader: CheckpointReader,
  original: ReadonlyMap<string, string>,
): CheckpointReader {
  const own = (name: string) => original.get(name) ?? name;
  const { sample } = reader;
  return {
    ...reader,
    tensors: new Map([...original].map(([name, old]) => [name, { ...reader.tensors.get(old)!, name }])),
    tensor: name => reader.tensor(own(name)),
    ...(sample && { sample: (name: string, most: number) => sample(own(name), most) }),
  };
}

/**
 * Opens .safetensors, the index of a checkpoint in several such files (`….index.json`), and what `torch.save` writes (.pt, .pth, .bin, .ckpt), whose pickle is read and never run.
 *
 * @throws VitrineError file-not-found, bad-file
 */
export async function openCheckpoint(file: string): Promise<CheckpointReader> {
  const lower = file.toLowerCase();
  if (lower.endsWith(shardedSuffix)) return openSharded(file);
  if (lower.endsWith('.safetensors')) {
    const reader = await openSafetensors(file);
    return {
      file,
      tensors: reader.header.tensors,
      tensor: name => reader.tensor(name),
      close: () => reader.close(),
    };
  }
  if (checkpointExtensions.some(e => lower.endsWith(e))) return openTorch(file);
  throw new VitrineError(
    'bad-file',
    `${basename(file)} is no checkpoint that is read here. Expected one of ${checkpointExtensions.join(', ')}.`,
    { at: { file } },
  );
}
