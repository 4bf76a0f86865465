/**
 * What `torch.save` writes: since PyTorch 1.6 a zip archive of `NAME/data.pkl`, a pickle, and `NAME/data/KEY`, the bytes of
 * each storage; before it pickles, the last of the storages' keys, and behind them the bytes. The pickles are taken
 * apart and never run (torchPickle.ts).
 *
 * Format: torch/serialization.py and torch/_utils.py of PyTorch.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { dtypes, fromBytes } from '../safetensors/convert';
import type { CheckpointEntry, CheckpointReader } from './checkpoint';
import { PickleDict, PickleEnds, PickleError, unpickle, unpickleFrom } from './pickle';
import { type Storage, StrangeTensor, stateOf, type TorchTensor, torchHost } from './torchPickle';
import { readDirectory, startOf, ZipError } from './zip';

/** The pickle of a state_dict takes some hundred bytes a tensor. */
const maxPickleBytes = 100_000_000;

/** @throws VitrineError file-not-found, bad-file */
export async function openTorch(file: string): Promise<CheckpointReader> {
  const handle = await open(file).catch((e: NodeJS.ErrnoException) => {
    throw new VitrineError(
      'file-not-found',
      e.code === 'ENOENT'
        ? `The file "${basename(file)}" does not exist.`
        : `"${basename(file)}" cannot be opened (${e.code}).`,
      { at: { file } },
    );
  });
  try {
    return await named(file, () => readTorch(handle, file));
  } catch (e) {
    await handle.close();
    throw e;
  }
}

/** Says which file it is that something is wrong with. */
async function named<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (e) {
    if (!(e instanceof PickleError || e instanceof ZipError)) throw e;
    throw new VitrineError('bad-file', `${basename(file)} cannot be read: ${e.message}.`, { at: { file } });
  }
}

/** What was saved, and where the bytes of a storage begin. */
interface Saved {
  root: unknown;
  leftOut: ReadonlySet<string>;
  /** @throws PickleError, at once, where they are missing. */
  place(storage: Storage, name: string): () => number | Promise<number>;
}

async function readTorch(handle: FileHandle, file: string): Promise<CheckpointReader> {
  const { size } = await handle.stat();
  const first = await bytesOf(handle, 0, Math.min(4, size));
  const isZip = first[0] === 0x50 && first[1] === 0x4b;
  if (!isZip && first[0] !== 0x80) {
    const tar = size > 262 ? new TextDecoder().decode(await bytesOf(handle, 257, 5)) : '';
    throw new ZipError(
      tar === 'ustar'
        ? 'it is a tar archive, as PyTorch wrote before 0.1.10. Load it there and save it again with torch.save'
        : 'it is no zip archive, as torch.save writes it',
    );
  }
  const saved: Saved = isZip ? await fromZip(handle, size) : await fromStream(handle, size);
  const state = stateOf(saved.root, saved.leftOut);
  const tensors = new Map<
    string,
    CheckpointEntry & { tensor: TorchTensor; start: () => number | Promise<number> }
  >();
  for (const [name, tensor] of state.tensors) {
    const { storage, shape } = tensor;
    tensors.set(name, { name, dtype: storage.type[2], shape, tensor, start: saved.place(storage, name) });
  }
  return {
    file,
    tensors,
    refused: state.strange,
    leftOut: [...saved.leftOut],
    tensor: name =>
      named(file, async () => {
        const entry = tensors.get(name);
        if (!entry) throw new ZipError(`it has no tensor "${name}"`);
        return read(handle, entry.tensor, await entry.start());
      }),
    close: () => handle.close(),
  };
}

async function fromZip(handle: FileHandle, size: number): Promise<Saved> {
  const members = await readDirectory(handle, size);
  const pickles = [...members.values()].filter(m => /^[^/]+\/data\.pkl$/.test(m.name));
  const [pickle] = pickles;
  if (!pickle || pickles.length > 1) throw new ZipError('it has no data.pkl, so torch.save did not write it');
  if (pickle.size > maxPickleBytes) throw new ZipError(`its data.pkl has ${pickle.size} bytes`);
  const archive = pickle.name.slice(0, -'data.pkl'.length);
  const order = members.get(`${archive}byteorder`);
  if (order && order.size < 16) {
    const text = new TextDecoder().decode(
      await bytesOf(handle, await startOf(handle, order, size), order.size),
    );
    if (text.trim() !== 'little') throw new ZipError('its numbers are big-endian, which is not read');
  }
  const host = torchHost();
  const root = unpickle(await bytesOf(handle, await startOf(handle, pickle, size), pickle.size), host);
  return {
    root,
    leftOut: host.leftOut,
    place({ key, length, type }, name) {
      const member = members.get(`${archive}data/${key}`);
      if (!member || member.size < length * type[1]) throw missing(name);
      return () => startOf(handle, member, size);
    },
  };
}

function missing(name: string): ZipError {
  return new ZipError(`the numbers of "${name}" are missing: it is truncated or damaged`);
}

/** What the first pickle of a file before PyTorch 1.6 is, as a number of our own. */
const magic = Number(0x1950a86a20f9469cfc6cn);
const protocol = 1001;

/** Five pickles (magic number, protocol, machine, what was saved, keys), then of each storage its length and its bytes. */
async function fromStream(handle: FileHandle, size: number): Promise<Saved> {
  let length = Math.min(size, 1 << 20);
  for (;;) {
    const bytes = await bytesOf(handle, 0, length);
    try {
      return await pickledStream(handle, size, bytes);
    } catch (e) {
      if (!(e instanceof PickleEnds) || length === size || length >= maxPickleBytes) throw e;
      length = Math.min(size, 4 * length);
    }
  }
}

async function pickledStream(handle: FileHandle, size: number, bytes: Uint8Array): Promise<Saved> {
  const host = torchHost();
  const storages = new Map<string, Storage>();
  const reader = {
    ...host,
    persistent(id: unknown) {
      const found = host.persistent(id);
      if (found instanceof StrangeTensor)
        throw new PickleError(`it has a storage of ${found.kind}, which cannot be computed with`);
      storages.set(found.key, found);
      return found;
    },
  };
  let end = 0;
  const next = () => {
    const found = unpickleFrom(bytes, reader, end);
    end = found.end;
    return found.value;
  };
  if (next() !== magic) throw new PickleError('it is a pickle, but none that torch.save wrote');
  if (next() !== protocol) throw new PickleError('it is of a version of torch.save that is not known');
  const machine = next();
  if (machine instanceof PickleDict && machine.entries.get('little_endian') === false)
    throw new PickleError('its numbers are big-endian, which is not read');
  const root = next();
  const keys = next();
  if (!Array.isArray(keys) || keys.length > storages.size)
    throw new PickleError('it names storages that nothing has');
  const starts = new Map<string, number>();
  for (const key of keys) {
    const storage = storages.get(key as string);
    if (!storage) throw new PickleError('it names storages that nothing has');
    if (end + 8 > size) throw missing(String(key));
    const [low, high] = new Uint32Array((await bytesOf(handle, end, 8)).buffer);
    const width = storage.length * storage.type[1];
    if (high !== 0 || low !== storage.length || end + 8 + width > size) throw missing(String(key));
    starts.set(storage.key, end + 8);
    end += 8 + width;
  }
  return {
    root,
    leftOut: host.leftOut,
    place({ key }, name) {
      const start = starts.get(key);
      if (start === undefined) throw missing(name);
      return () => start;
    },
  };
}

async function read(handle: FileHandle, t: TorchTensor, begin: number): Promise<Tensor> {
  const [type, width] = t.storage.type;
  const elements = t.shape.reduce((a, b) => a * b, 1);
  if (!Object.hasOwn(dtypes, type)) throw new PickleError(`${type} cannot be computed with`);
  const last = elements === 0 ? -1 : t.shape.reduce((a, d, i) => a + (d - 1) * t.stride[i]!, 0);
  const start = begin + t.offset * width;
  const data = fromBytes(type, await bytesOf(handle, start, (last + 1) * width));
  if ('overflow' in data)
    throw new PickleError(`it holds ${data.overflow}, beyond the 32-bit integers that are computed with`);
  let step = 1;
  let dense = true;
  for (let i = t.shape.length - 1; i >= 0; i--) {
    if (t.shape[i] !== 1 && t.stride[i] !== step) dense = false;
    step *= t.shape[i]!;
  }
  if (dense || elements === 0) return { shape: [...t.shape], data };
  const out = data instanceof Float32Array ? new Float32Array(elements) : new Int32Array(elements);
  const index = new Array<number>(t.shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < elements; i++) {
    out[i] = data[from]!;
    for (let d = t.shape.length - 1; d >= 0; d--) {
      from += t.stride[d]!;
      if (++index[d]! < t.shape[d]!) break;
      from -= t.stride[d]! * t.shape[d]!;
      index[d] = 0;
    }
  }
  return { shape: [...t.shape], data: out };
}

async function bytesOf(handle: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
    if (bytesRead === 0) throw new ZipError('it became shorter while it was read');
    done += bytesRead;
  }
  return bytes;
}
