/**
 * A checkpoint in several files, safetensors or of torch.save, with an index: `{"metadata": …, "weight_map": {tensor: file}}`,
 * as Transformers writes it. Only the shards' headers are read until a tensor is asked for.
 */
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VitrineError } from '../../model/errors';
import { readSafetensorsHeader, readTensorOf, sampleTensorOf } from '../safetensors/read';
import type { CheckpointEntry, CheckpointReader } from './checkpoint';
import { openTorch } from './torch';

const maxIndexBytes = 64_000_000;

/** @throws VitrineError file-not-found, bad-file */
export async function openSharded(file: string): Promise<CheckpointReader> {
  const map = await readIndex(file);
  const shards = new Map<string, Shard>();
  const close = async () => {
    for (const s of shards.values()) await s.close();
  };
  try {
    const tensors = new Map<string, CheckpointEntry>();
    await openAll([...new Set(map.values())], dirname(file), shards);
    for (const [name, shard] of map) {
      const entry = shards.get(shard)!.tensors.get(name);
      if (!entry)
        throw bad(
          file,
          `${basename(file)} says that the tensor "${name}" is in ${shard}, but that file has none.`,
        );
      tensors.set(name, entry);
    }
    const holder = (name: string): Shard => {
      const shard = map.get(name);
      if (shard === undefined) throw bad(file, `There is no tensor "${name}" in ${basename(file)}.`);
      return shards.get(shard)!;
    };
    return {
      file,
      tensors,
      shards: map,
      tensor: async name => holder(name).tensor(name),
      // Parts of a tensor can be read of safetensors alone.
      ...([...shards.values()].every(s => s.sample) && {
        sample: async (name: string, most: number) => holder(name).sample!(name, most),
      }),
      close,
    };
  } catch (e) {
    await close();
    throw e;
  }
}

/** Files that are read at the same time: a disk answers many faster than one after the other, and all need not be open. */
const together = 16;

/** Opens the shards into `shards`. Of several that cannot be read, the first of the index is told. */
async function openAll(names: readonly string[], folder: string, shards: Map<string, Shard>): Promise<void> {
  for (let i = 0; i < names.length; i += together) {
    const part = names.slice(i, i + together);
    const opened = await Promise.allSettled(part.map(name => openShard(join(folder, name))));
    for (const [k, o] of opened.entries()) if (o.status === 'fulfilled') shards.set(part[k]!, o.value);
    for (const o of opened) if (o.status === 'rejected') throw o.reason;
  }
}

type Shard = Pick<CheckpointReader, 'tensors' | 'tensor' | 'sample' | 'close'>;

async function openShard(file: string): Promise<Shard> {
  if (!file.endsWith('.safetensors')) return openTorch(file);
  // No file stays open: there may be hundreds.
  const header = await readSafetensorsHeader(file);
  return {
    tensors: header.tensors,
    tensor: name => readTensorOf(header, name),
    sample: (name, most) => sampleTensorOf(header, name, most),
    close: async () => {},
  };
}

/** Which file each tensor is in. */
async function readIndex(file: string): Promise<Map<string, string>> {
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile())
    throw new VitrineError('file-not-found', `The file "${basename(file)}" does not exist.`, {
      at: { file },
    });
  if (info.size > maxIndexBytes)
    throw bad(file, `${basename(file)} has ${info.size} bytes; at most ${maxIndexBytes} are read.`);
  let index: unknown;
  try {
    index = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw bad(file, `${basename(file)} is not JSON.`);
  }
  const map = (index as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map))
    throw bad(file, `${basename(file)} has no "weight_map" from tensors to files.`);
  for (const [name, shard] of Object.entries(map)) {
    // Shards lie beside their index and nowhere else.
    if (typeof shard !== 'string' || !/^[^/\\:\0]+\.(safetensors|bin)$/.test(shard))
      throw bad(
        file,
        `${basename(file)} names ${JSON.stringify(shard)?.slice(0, 100)} for "${name}". Expected a .safetensors (or .bin) file of the same folder.`,
      );
  }
  return new Map(Object.entries(map as Record<string, string>));
}

function bad(file: string, message: string): VitrineError {
  return new VitrineError('bad-file', message, { at: { file } });
}
