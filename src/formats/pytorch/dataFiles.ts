/** Files of numbers that scripts read, read for them: what comes of one is tensors, whose numbers stay on this side. */
import { gunzipSync } from 'node:zlib';
import { readNpy, type SavedArray } from '../../data/arrays/npy';
import { npzNames, readNpz } from '../../data/arrays/npz';
import { decodeImage } from '../../data/image/decode';
import { planes } from '../../data/image/resize';
import type { DType } from '../../model/graph';
import { NotRead, type WorkspaceFiles } from './workspaceFiles';

/** A tensor of a file. */
export interface LoadedTensor {
  name?: string;
  dtype: DType;
  shape: readonly number[];
  /** Row-major. */
  data: Float64Array | Float32Array | Uint8Array;
  /** What the file calls the entries of the last axis. */
  columns?: readonly string[];
}

type Options = Readonly<Record<string, unknown>>;
type Loader = (bytes: Uint8Array, name: string, options: Options) => LoadedTensor[];

/** Bytes that a compressed file may unpack to. */
const mostUnpacked = 1024 * 1024 * 1024;
const mostNumbers = 200_000_000;

/** @param name of the file below the workspace. @throws NotRead, and what the readers of formats throw. */
export function loadTensors(
  files: WorkspaceFiles,
  how: string,
  name: string,
  options: Options,
): LoadedTensor[] {
  const loader = Object.hasOwn(loaders, how) ? loaders[how] : undefined;
  if (!loader) throw new NotRead(`There is no reader "${how}".`);
  return loader(unpacked(files.read(name), name), name, options);
}

function unpacked(bytes: Uint8Array, name: string): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: mostUnpacked });
  } catch (e) {
    throw new NotRead(`${name} cannot be unpacked: ${(e as Error).message}.`);
  }
}

const loaders: Record<string, Loader> = {
  text: numbersOfText,
  npy: (bytes, name) => {
    if (bytes[0] === 0x50 && bytes[1] === 0x4b) {
      const names = npzNames(bytes, name);
      return readNpz(bytes, name, names).map((a, i) => ({ ...typed(a), name: names[i]! }));
    }
    return [typed(readNpy(bytes, name, name))];
  },
  idx,
  cifar,
  picture: (bytes, name) => {
    let picture: ReturnType<typeof decodeImage>;
    try {
      picture = decodeImage(bytes);
    } catch (e) {
      throw new NotRead(`The picture ${name} cannot be read: ${(e as Error).message}. Replace or remove it.`);
    }
    const { height, width } = picture;
    const pixels = planes(picture, { channels: 3, height, width, fit: 'stretch' });
    return [{ dtype: 'uint8', shape: [3, height, width], data: Uint8Array.from(pixels, Math.round) }];
  },
};

function typed({ type, shape, data }: SavedArray): LoadedTensor {
  return { dtype: typeOf(type), shape, data };
}

function typeOf(type: string): DType {
  const [letter, size] = type;
  if (letter === 'f') return size === '8' ? 'float64' : 'float32';
  if (letter === 'b') return 'bool';
  return letter === 'u' && size === '1' ? 'uint8' : size === '4' ? 'int32' : 'int64';
}

/** A table of numbers as numpy.loadtxt and genfromtxt take it. */
function numbersOfText(bytes: Uint8Array, name: string, options: Options): LoadedTensor[] {
  const text = new TextDecoder('utf-8').decode(bytes);
  const { delimiter, comments, skip = 0, columns: wanted, missing, most } = options;
  const marks = (Array.isArray(comments) ? comments : typeof comments === 'string' ? [comments] : []).filter(
    (c): c is string => typeof c === 'string' && c !== '',
  );
  const parted = (line: string) =>
    typeof delimiter === 'string' && delimiter.trim() !== ''
      ? line.split(delimiter).map(c => c.trim())
      : typeof delimiter === 'string' && delimiter !== ''
        ? line.split(delimiter)
        : line.trim().split(/\s+/);
  const numbers: number[] = [];
  let header: string[] | undefined;
  let width = -1;
  let rows = 0;
  let at = 0;
  let from = 0;
  while (from < text.length && (typeof most !== 'number' || rows < most)) {
    let to = text.indexOf('\n', from);
    if (to < 0) to = text.length;
    let line = text.slice(from, to).replace(/\r$/, '');
    from = to + 1;
    at++;
    if (at === 1) line = line.replace(/^\uFEFF/, '');
    if (at <= Number(skip)) {
      // The last line that is passed over is most often the header.
      header = parted(line.replace(/^#\s*/, ''));
      continue;
    }
    for (const mark of marks) {
      const cut = line.indexOf(mark);
      if (cut >= 0) line = line.slice(0, cut);
    }
    if (line.trim() === '') continue;
    const all = parted(line);
    const cells = Array.isArray(wanted) ? wanted.map(c => all.at(Number(c))) : all;
    if (width < 0) width = cells.length;
    else if (cells.length !== width)
      throw new NotRead(
        `${name}, line ${at}: there are ${cells.length} columns, but ${width} in the lines before.`,
      );
    if (numbers.length + width > mostNumbers)
      throw new NotRead(`${name} has more than ${mostNumbers} numbers.`);
    for (const [c, cell] of cells.entries()) {
      const x = cell === undefined || cell === '' ? Number.NaN : number(cell);
      if (Number.isNaN(x) && missing !== true && !/^[+-]?nan$/i.test(cell ?? ''))
        throw new NotRead(
          `${name}, line ${at}, column ${c + 1}: ${JSON.stringify(cell ?? '')} is no number.${at === 1 ? ' The first line may be a header: skip it with skiprows=1.' : ''}`,
        );
      numbers.push(x);
    }
    rows++;
  }
  const named =
    header && Array.isArray(wanted) ? wanted.map(c => header!.at(Number(c)) ?? '') : (header ?? []);
  const good = named.length === width && new Set(named).size === width && named.every(n => /\D/.test(n));
  return [
    {
      dtype: 'float64',
      shape: [rows, Math.max(width, 0)],
      data: Float64Array.from(numbers),
      ...(good && { columns: named.map(n => n.replace(/^(["'])(.*)\1$/, '$2')) }),
    },
  ];
}

function number(text: string): number {
  if (/^[+-]?inf(inity)?$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  // Number() also reads "0x10" and "", which numpy does not.
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** http://yann.lecun.com/exdb/mnist/: sizes, then bytes. */
function idx(bytes: Uint8Array, name: string): LoadedTensor[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const axes = bytes[3] ?? 0;
  const start = 4 + 4 * axes;
  if (bytes.length < start || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== 8 || axes < 1 || axes > 4)
    throw new NotRead(
      `${name} is no idx file of bytes: it begins with ${[...bytes.subarray(0, 4)].join(' ')}, expected 0 0 8.`,
    );
  const shape = Array.from({ length: axes }, (_, i) => view.getUint32(4 + 4 * i));
  const size = shape.reduce((a, b) => a * b, 1);
  if (bytes.length - start !== size)
    throw new NotRead(
      `${name} says that it holds ${shape.join(' x ')} bytes, but has ${bytes.length - start}: it was cut off.`,
    );
  return [{ dtype: 'uint8', shape, data: bytes.subarray(start) }];
}

/** https://www.cs.toronto.edu/~kriz/cifar.html, the binary version: a label (or two), then 3 x 32 x 32 bytes. */
function cifar(bytes: Uint8Array, name: string, { labels }: Options): LoadedTensor[] {
  if (bytes[0] === 0x80) return cifarPickle(bytes, name);
  const head = labels === 2 ? 2 : 1;
  const size = 3072;
  const rows = bytes.length / (head + size);
  if (!Number.isInteger(rows) || rows === 0)
    throw new NotRead(
      `${name} has ${bytes.length} bytes, no whole number of pictures of ${head + size} bytes each.`,
    );
  const pictures = new Uint8Array(rows * size);
  const classes = new Uint8Array(rows);
  for (let i = 0; i < rows; i++) {
    const from = i * (head + size);
    classes[i] = bytes[from + head - 1]!;
    pictures.set(bytes.subarray(from + head, from + head + size), i * size);
  }
  return [
    { dtype: 'uint8', shape: [rows, 3, 32, 32], data: pictures },
    { dtype: 'uint8', shape: [rows], data: classes },
  ];
}

/**
 * The same, pickled by Python 2 as torchvision downloads it: one string with the bytes of all pictures, and a list of
 * small numbers behind the word "labels". These are looked for; nothing of a pickle is run.
 */
function cifarPickle(bytes: Uint8Array, name: string): LoadedTensor[] {
  const size = 3072;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // BINSTRING or BINBYTES: an opcode, then the length.
  const isLong = (i: number) =>
    (bytes[i] === 0x54 || bytes[i] === 0x42) &&
    view.getUint32(i + 1, true) >= size &&
    view.getUint32(i + 1, true) % size === 0 &&
    i + 5 + view.getUint32(i + 1, true) <= bytes.length;
  let at = 0;
  while (at + 5 < bytes.length && !isLong(at)) at++;
  if (at + 5 >= bytes.length)
    throw new NotRead(`${name} holds no pictures of 3 x 32 x 32 bytes: it is no batch of CIFAR.`);
  const length = view.getUint32(at + 1, true);
  const rows = length / size;
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const classes = labelsOf(file.subarray(0, at)) ?? labelsOf(file.subarray(at + 5 + length));
  if (classes?.length !== rows)
    throw new NotRead(`${name} has ${rows} pictures and ${classes?.length ?? 0} labels: it is damaged.`);
  return [
    { dtype: 'uint8', shape: [rows, 3, 32, 32], data: bytes.subarray(at + 5, at + 5 + length) },
    { dtype: 'uint8', shape: [rows], data: classes },
  ];
}

/** The list of small numbers that a pickle has behind "labels". */
function labelsOf(pickle: Buffer): Uint8Array | undefined {
  for (const word of ['fine_labels', 'labels']) {
    const found = pickle.indexOf(word);
    if (found < 0 || (word === 'labels' && pickle[found - 1] === 0x5f)) continue;
    const out: number[] = [];
    let i = found + word.length;
    for (; i < pickle.length; i++) {
      const code = String.fromCharCode(pickle[i]!);
      if (code === 'K') out.push(pickle[++i]!);
      else if (code === 'q') i++;
      else if (code === 'r') i += 4;
      else if (!/[\](e\x94]/.test(code)) break;
    }
    if (out.length > 0) return Uint8Array.from(out);
  }
  return undefined;
}
