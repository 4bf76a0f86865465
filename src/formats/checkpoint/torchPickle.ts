/**
 * What the pickle of `torch.save` says: tensors by their names, and where in a storage each of them lies. Nothing of it is
 * run. Tensors, plain containers and numbers are understood; of objects beside them (settings, an optimiser's, the module
 * itself) only the name and the attributes are taken, and everything that could do something is refused by its name.
 */
import { Global, PickleDict, PickleError, type PickleHost, PickleObject } from './pickle';

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

export interface Storage {
  type: readonly [type: string, bytes: number, name: string];
  key: string;
  /** Elements. */
  length: number;
}

export class TorchTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly stride: readonly number[],
  ) {}
}

/** A tensor of a kind that is not computed with: its kind by PyTorch's name. */
export class StrangeTensor {
  constructor(readonly kind: string) {}
}

const rebuild = new Set(['torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_tensor']);
const rebuildParameter = new Set([
  'torch._utils._rebuild_parameter',
  'torch._utils._rebuild_parameter_with_state',
]);
/** Pickles of protocol 2, as torch.save writes them, name Python's own as Python 2 did. */
const isContainer = (name: string): boolean =>
  name === 'collections.OrderedDict' ||
  /^(builtins|__builtin__)\.(dict|list|set|frozenset|tuple)$/.test(name);
/** Names that stand for a word: types, devices, sizes. */
const words =
  /^torch\.(float\w*|bfloat16|u?int\d+|bool|complex\d+|q\w+|strided|sparse\w*|per_\w+|Size|device|serialization\._get_layout|(\w+)Storage)$/;
/** Functions that make data and do nothing else. */
const makers =
  /^(torch\._utils\._rebuild_\w+|torch\.jit\._pickle\.\w+|torch\._tensor\.\w+|numpy\.(_?core\.(multiarray|numeric|_internal)\.\w+|dtype|ndarray|random\.\w+)|copyreg\._reconstructor|copy_reg\._reconstructor|_codecs\.encode|collections\.(defaultdict|deque|Counter)|(builtins|__builtin__)\.(bytearray|complex|object|slice|x?range))$/;
/** Modules of Python's in which a name can do something: they have no place among weights. */
const active =
  /^(os|posix|nt|posixpath|ntpath|subprocess|sys|builtins|__builtin__|runpy|shutil|socket|pty|webbrowser|importlib|imp|ctypes|code|codeop|bdb|pdb|timeit|commands|multiprocessing|asyncio|threading|http|httplib|urllib|urllib2|requests|ssl|smtplib|ftplib|telnetlib|pip|types|pickle|_pickle|marshal|operator|functools|linecache|pkgutil|zipimport|tempfile|glob|io|_io|platform|signal|atexit|gc|inspect)\./;

/** What a pickle is to be read with, and what of it was not taken. */
export interface TorchHost extends PickleHost {
  /** Names of classes and of kinds of tensors. */
  leftOut: Set<string>;
  persistent(id: unknown): Storage | StrangeTensor;
}

export function torchHost(): TorchHost {
  const leftOut = new Set<string>();
  const isKnown = (name: string) =>
    rebuild.has(name) || rebuildParameter.has(name) || isContainer(name) || words.test(name);
  const make = (name: string): PickleObject => {
    leftOut.add(name.slice(0, 200));
    return new PickleObject(name);
  };
  const call = (name: string, args: readonly unknown[]): unknown => {
    if (rebuild.has(name)) return tensorOf(args);
    if (rebuildParameter.has(name)) {
      if (args[0] instanceof TorchTensor || args[0] instanceof StrangeTensor) return args[0];
      throw new PickleError('it has a parameter without a tensor');
    }
    if (/Dict$|\.dict$/.test(name) && isContainer(name)) return dictOf(args);
    if (isContainer(name)) return Array.isArray(args[0]) ? args[0] : [];
    // torch.Size((2, 3)), torch.device('cpu').
    if (words.test(name)) return args[0];
    if (/^torch\._utils\._rebuild_\w*tensor/.test(name)) return new StrangeTensor(name);
    if (name === 'copyreg._reconstructor' || name === 'copy_reg._reconstructor')
      return args[0] instanceof Global ? make(args[0].name) : make(name);
    // A class is called for an object of it; a function may do anything.
    if (makers.test(name) || /^_*[A-Z]/.test(name.slice(name.lastIndexOf('.') + 1))) return make(name);
    throw refused(name);
  };
  return {
    leftOut,
    global(name) {
      if (!isKnown(name) && !makers.test(name) && active.test(name)) throw refused(name);
    },
    call,
    make: (name, args) => (isKnown(name) ? call(name, args) : make(name)),
    persistent(id) {
      if (!Array.isArray(id) || id[0] !== 'storage')
        throw new PickleError('it refers to something that is no storage');
      const [, kind, key, , length] = id as unknown[];
      const called = kind instanceof Global ? kind.name : 'an unknown kind';
      const type = storages[called.replace(/^torch\./, '')];
      if (typeof key !== 'string' || !isCount(length))
        throw new PickleError('it has a storage without a key or a length');
      // That a storage is a part of another was written before PyTorch 0.4 alone.
      if (id[5] !== undefined && id[5] !== null)
        throw new PickleError('it has a storage that is a part of another one');
      return type ? ({ type, key, length } satisfies Storage) : new StrangeTensor(called);
    },
  };
}

function refused(name: string): PickleError {
  return new PickleError(
    `it wants Python's ${name.slice(0, 200)}, which is neither a tensor nor a plain container. Save only the ` +
      'weights: torch.save(model.state_dict(), …), or use .safetensors',
  );
}

function dictOf([pairs]: readonly unknown[]): PickleDict {
  const made = new PickleDict();
  if (Array.isArray(pairs)) for (const p of pairs) if (Array.isArray(p)) made.entries.set(p[0], p[1]);
  return made;
}

function tensorOf([storage, offset, shape, stride]: readonly unknown[]): TorchTensor | StrangeTensor {
  if (storage instanceof StrangeTensor) return storage;
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

/** Tensors by name, and those that are not computed with by the name of their kind. */
export interface State {
  tensors: Map<string, TorchTensor>;
  strange: Map<string, string>;
}

/** Objects in objects deeper than this are no modules. */
const maxDepth = 64;
/** More than these no model has. */
const maxTensors = 1_000_000;

/**
 * The state_dict in what was saved: the whole, the part of a training checkpoint that holds most tensors, or, of a module
 * that was saved itself, its parameters and buffers.
 */
export function stateOf(root: unknown, leftOut: ReadonlySet<string>): State {
  let best: State = { tensors: new Map(), strange: new Map() };
  const seen = new Set<unknown>();
  const look = (value: unknown, depth: number): void => {
    if (!(value instanceof PickleDict) || depth > 4 || seen.has(value)) return;
    seen.add(value);
    const own: State = { tensors: new Map(), strange: new Map() };
    if (value instanceof PickleObject) addModule(value, '', own, 0);
    else for (const [k, v] of value.entries) addTensor(k, v, '', own);
    if (own.tensors.size > best.tensors.size || (best.tensors.size === 0 && own.strange.size > 0)) best = own;
    // What is in a module is of it.
    if (value instanceof PickleObject && own.tensors.size > 0) return;
    for (const v of value.entries.values()) look(v, depth + 1);
    if (value instanceof PickleObject) look(attributesOf(value), depth + 1);
  };
  look(root, 0);
  if (best.tensors.size === 0) {
    const kinds = [...best.strange.values(), ...leftOut];
    throw new PickleError(
      `it holds no tensors by name${kinds.length > 0 ? `, but ${[...new Set(kinds)].slice(0, 4).join(', ')}` : ''}. Save model.state_dict()`,
    );
  }
  // What nn.DataParallel and torch.compile put before the names of the model they wrap.
  for (const prefix of ['module.', '_orig_mod.'])
    if ([...best.tensors.keys()].every(k => k.startsWith(prefix)))
      best = { tensors: cut(best.tensors, prefix), strange: cut(best.strange, prefix) };
  return best;
}

function cut<T>(by: Map<string, T>, prefix: string): Map<string, T> {
  return new Map([...by].map(([k, v]) => [k.startsWith(prefix) ? k.slice(prefix.length) : k, v]));
}

function addTensor(name: unknown, value: unknown, prefix: string, to: State): void {
  if (typeof name !== 'string') return;
  if (value instanceof TorchTensor) to.tensors.set(prefix + name, value);
  else if (value instanceof StrangeTensor) to.strange.set(prefix + name, value.kind);
}

/** Attributes of an object; a pair is those, and those in its slots. */
function attributesOf({ state }: PickleObject): PickleDict | undefined {
  const own = Array.isArray(state) ? state[0] : state;
  return own instanceof PickleDict ? own : undefined;
}

/** Of an nn.Module its parameters, buffers and modules, in PyTorch's order; of a scripted one, what its attributes are. */
function addModule(module: PickleObject, prefix: string, to: State, depth: number): void {
  const own = attributesOf(module)?.entries;
  if (!own || depth > maxDepth || to.tensors.size > maxTensors) return;
  const [parameters, buffers, modules] = ['_parameters', '_buffers', '_modules'].map(k => own.get(k));
  if (!(modules instanceof PickleDict)) {
    if (!module.type.startsWith('__torch__.')) return;
    for (const [k, v] of own) addTensor(k, v, prefix, to);
    for (const [k, v] of own)
      if (v instanceof PickleObject && typeof k === 'string') addModule(v, `${prefix}${k}.`, to, depth + 1);
    return;
  }
  const passing = own.get('_non_persistent_buffers_set');
  const isKept = (name: unknown) => !Array.isArray(passing) || !passing.includes(name);
  for (const part of [parameters, buffers])
    if (part instanceof PickleDict)
      for (const [k, v] of part.entries) if (part === parameters || isKept(k)) addTensor(k, v, prefix, to);
  for (const [k, v] of modules.entries)
    if (v instanceof PickleObject && typeof k === 'string') addModule(v, `${prefix}${k}.`, to, depth + 1);
}
