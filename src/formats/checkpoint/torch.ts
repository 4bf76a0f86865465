/**
 * What `torch.save` writes since PyTorch 1.6: a zip archive of `NAME/data.pkl`, a pickle, and `NAME/data/KEY`, the
 * bytes of each storage. The pickle is taken apart and never run; it may speak of tensors, plain containers and
 * numbers, and every other name in it is refused.
 *
 * Format: torch/serialization.py and torch/_utils.py of PyTorch.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { dtypes, fromBytes } from '../safetensors/convert';
import type { CheckpointEntry, CheckpointReader } from './checkpoint';
import { Global, PickleDict, PickleError, type PickleHost, unpickle } from './pickle';
import { readDirectory, startOf, ZipError, type ZipMember } from './zip';

/** The pickle of a state_dict takes some hundred bytes a tensor. */
const maxPickleBytes = 100_000_000;
/** What a tensor may have beyond its storage's elements, which strides of 0 repeat. */
const maxRepeated = 2 ** 24;

/** Storage types by PyTorch's names: safetensors' name, bytes an element, torch's name of the type. */
const storages: Readonly<Record<string, readonly [type: string, bytes: number, name: string]>> = {
  FloatStorage: ['F32', 4, 'float32'],
  DoubleStorage: ['F64', 8, 'float64'],
  HalfStorage: ['F16', 2, 'float16'],
  BFloat16Storage: ['BF16', 2, 'bfloat16'],
  LongStorage: ['I64', 8, 'int64'],
  IntStorage: ['I32', 4, 'int32'],
  ShortStorage: ['I16', 2, 'int16'],
  CharStorage: ['I8', 1, 'int8'],
  ByteStorage: ['U8', 1, 'uint8'],
  BoolStorage: ['BOOL', 1, 'bool'],
};

interface Storage {
  type: readonly [type: string, bytes: number, name: string];
  key: string;
  /** Elements. */
  length: number;
}

class TorchTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
  ) {}
}

const rebuild = new Set(['torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_tensor']);
const rebuildParameter = new Set([
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
]);
const containers = new Set([
  'collections.OrderedDict',
  'builtins.dict',
  'builtins.list',
  'builtins.set',
  'builtins.tuple',
]);
/** Names that stand for a word: types, devices, sizes. */
const words =
  /^torch\.(float16|float32|float64|bfloat16|int8|int16|int32|int64|uint8|bool|Size|device|(\w+)Storage)$/;

const host: PickleHost = {
  global(name) {
    if (rebuild.has(name) || rebuildParameter.has(name) || containers.has(name) || words.test(name)) return;
    throw new PickleError(
      `it wants Python's ${name.slice(0, 200)}, which is neither a tensor nor a plain container. Save only the ` +
        'weights: torch.save(model.state_dict(), …), or use .safetensors',
    );
  },
  call(name, args) {
    if (rebuild.has(name)) return tensorOf(args);
    if (rebuildParameter.has(name)) {
      if (args[0] instanceof TorchTensor) return args[0];
      throw new PickleError('it has a parameter without a tensor');
    }
    if (name === 'collections.OrderedDict' || name === 'builtins.dict') return dictOf(args);
    if (containers.has(name)) return Array.isArray(args[0]) ? args[0] : [];
    // torch.Size((2, 3)), torch.device('cpu').
    return args[0];
  },
  persistent(id) {
    if (!Array.isArray(id) || id[0] !== 'storage')
      throw new PickleError('it refers to something that is no storage');
    const [, kind, key, , length] = id as unknown[];
    const type = kind instanceof Global ? storages[kind.name.replace(/^torch\./, '')] : undefined;
    if (!type)
      throw new PickleError(
        `it has a storage of ${kind instanceof Global ? kind.name : 'an unknown kind'}, which cannot be computed with`,
      );
    if (typeof key !== 'string' || !isCount(length))
      throw new PickleError('it has a storage without a key or a length');
    return { type, key, length } satisfies Storage;
  },
};

function dictOf([pairs]: readonly unknown[]): PickleDict {
  const made = new PickleDict();
  if (Array.isArray(pairs)) for (const p of pairs) if (Array.isArray(p)) made.entries.set(p[0], p[1]);
  return made;
}

function tensorOf([storage, offset, shape, stride]: readonly unknown[]): TorchTensor {
  const s = storage as Storage | undefined;
  if (typeof s !== 'object' || s === null || !('key' in s))
    throw new PickleError('it has a tensor without a storage');
  if (
    !isCount(offset) ||
    !isCounts(shape) ||
    !isCounts(stride) ||
    shape.length !== stride.length ||
    shape.length > 64
  )
    throw new PickleError('it has a tensor with no proper shape');
  let elements = 1;
  let last = offset;
  for (const [i, d] of shape.entries()) {
    elements *= d;
    last += Math.max(0, d - 1) * stride[i]!;
    if (elements > Math.max(s.length, maxRepeated) || last > Number.MAX_SAFE_INTEGER)
      throw new PickleError(`it has a tensor of the shape (${shape.join(', ')}), which is too large`);
  }
  if (elements > 0 && last >= s.length)
    throw new PickleError(`it has a tensor that reaches element ${last} of a storage of ${s.length}`);
  return new TorchTensor(s, offset, shape, stride);
}

function isCount(x: unknown): x is number {
  return Number.isSafeInteger(x) && (x as number) >= 0;
}

function isCounts(x: unknown): x is number[] {
  return Array.isArray(x) && x.every(isCount);
}

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

async function readTorch(handle: FileHandle, file: string): Promise<CheckpointReader> {
  const { size } = await handle.stat();
  const first = await bytesOf(handle, 0, Math.min(4, size));
  if (first[0] !== 0x50 || first[1] !== 0x4b)
    throw new ZipError(
      first[0] === 0x80
        ? 'it is in the format of PyTorch before 1.6. Load it there and save it again with torch.save'
        : 'it is no zip archive, as torch.save writes it',
    );
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
  const root = unpickle(await bytesOf(handle, await startOf(handle, pickle, size), pickle.size), host);
  const found = stateOf(root);
  const tensors = new Map<string, CheckpointEntry & { tensor: TorchTensor; member: ZipMember }>();
  for (const [name, tensor] of found) {
    const { storage } = tensor;
    const member = members.get(`${archive}data/${storage.key}`);
    if (!member || member.size < storage.length * storage.type[1])
      throw new ZipError(`the numbers of "${name}" are missing: it is truncated or damaged`);
    tensors.set(name, { name, dtype: storage.type[2], shape: tensor.shape, tensor, member });
  }
  return {
    file,
    tensors,
    tensor: name =>
      named(file, async () => {
        const entry = tensors.get(name);
        if (!entry) throw new ZipError(`it has no tensor "${name}"`);
        return read(handle, size, entry.tensor, entry.member);
      }),
    close: () => handle.close(),
  };
}

/** The state_dict in what was saved: the whole, or the part of a training checkpoint that holds most tensors. */
function stateOf(root: unknown): Map<string, TorchTensor> {
  let best = new Map<string, TorchTensor>();
  const look = (value: unknown, depth: number): void => {
    if (!(value instanceof PickleDict) || depth > 3) return;
    const own = new Map<string, TorchTensor>();
    for (const [k, v] of value.entries) if (typeof k === 'string' && v instanceof TorchTensor) own.set(k, v);
    if (own.size > best.size) best = own;
    for (const v of value.entries.values()) look(v, depth + 1);
  };
  look(root, 0);
  if (best.size === 0) throw new PickleError('it holds no tensors by name. Save model.state_dict()');
  // What nn.DataParallel and torch.compile put before the names of the model they wrap.
  for (const prefix of ['module.', '_orig_mod.'])
    if ([...best.keys()].every(k => k.startsWith(prefix)))
      best = new Map([...best].map(([k, v]) => [k.slice(prefix.length), v]));
  return best;
}

async function read(handle: FileHandle, size: number, t: TorchTensor, member: ZipMember): Promise<Tensor> {
  const [type, width] = t.storage.type;
  const elements = t.shape.reduce((a, b) => a * b, 1);
  if (!Object.hasOwn(dtypes, type)) throw new PickleError(`${type} cannot be computed with`);
  const last = elements === 0 ? -1 : t.shape.reduce((a, d, i) => a + (d - 1) * t.stride[i]!, 0);
  const start = (await startOf(handle, member, size)) + t.offset * width;
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
