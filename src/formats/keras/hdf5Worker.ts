/**
 * Reads an HDF5 file in a thread that can be ended: the library trusts what a file says of itself, and a file may say
 * that its parts hold each other. jsfive because it is plain JavaScript, small, and has no state outside of the buffer.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Unzlib } from 'fflate';
import { Dataset, File, Filters, type Group } from 'jsfive';

/** List all, or read one dataset. */
export type Hdf5Request = { list: true } | { dataset: string };

export interface Hdf5Entry {
  path: string;
  /** NumPy's name, e.g. "<f4". */
  dtype: string;
  shape: number[];
}

export type Hdf5Answer =
  | { entries: Hdf5Entry[]; attributes: Record<string, string>; orders: Record<string, string[]> }
  | { data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> }
  | { error: string };

const mostEntries = 100_000;
const deepest = 40;

function list(file: File): Hdf5Answer {
  const entries: Hdf5Entry[] = [];
  /** Of each layer's group of a whole model in HDF5: the names of its weights in their order. */
  const orders: Record<string, string[]> = Object.create(null);
  const open: [group: Group, path: string, depth: number][] = [[file, '', 0]];
  let seen = 0;
  for (let next = open.pop(); next; next = open.pop()) {
    const [group, path, depth] = next;
    const { keys } = group;
    const names = depth > 0 ? group.attrs['weight_names'] : undefined;
    if (Array.isArray(names)) orders[path] = names.map(String);
    for (const key of keys) {
      if (++seen > mostEntries) throw new Error(`it has more than ${mostEntries} entries`);
      if (depth >= deepest) throw new Error(`its groups lie more than ${deepest} deep in each other`);
      const found = group.get(key);
      const at = path ? `${path}/${key}` : key;
      if (found instanceof Dataset) {
        const { dtype, shape } = found;
        if (typeof dtype === 'string') entries.push({ path: at, dtype, shape: [...shape].map(Number) });
      } else if (found) open.push([found as Group, at, depth + 1]);
    }
  }
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(file.attrs))
    if (typeof value === 'string' || typeof value === 'number') attributes[name] = String(value);
  return { entries, attributes, orders };
}

/** Deflate packs at most about 1030 to 1. */
const mostPacked = 1100;
/** What a chunk may unpack to, beside four times what its dataset says it holds: the last chunk is larger than what is left. */
const chunkSlack = 2 ** 24;
let mostUnpacked = 0;

/** The library's own unpacks whatever there is: a chunk of some kilobytes may hold gigabytes. */
function unpacked(chunk: ArrayBuffer): ArrayBuffer {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Unzlib(piece => {
    length += piece.length;
    if (length > mostUnpacked)
      throw new Error(`a chunk unpacks to more than the ${mostUnpacked} bytes that fit`);
    pieces.push(piece);
  });
  const bytes = new Uint8Array(chunk);
  for (let at = 0; at < bytes.length; at += 2 ** 16)
    stream.push(bytes.subarray(at, at + 2 ** 16), at + 2 ** 16 >= bytes.length);
  const out = new Uint8Array(length);
  let filled = 0;
  for (const piece of pieces) {
    out.set(piece, filled);
    filled += piece.length;
  }
  return out.buffer;
}
Filters.set(1, unpacked);

function values(file: File, path: string, length: number): Hdf5Answer {
  const found = file.get(path);
  if (!(found instanceof Dataset)) throw new Error(`it has no dataset ${path}`);
  const { dtype, shape } = found as { dtype: unknown; shape: number[] };
  const size = Number(/\d+$/.exec(String(dtype))?.[0] ?? 1);
  const wanted = shape.reduce((a, b) => a * b, 1) * size;
  if (wanted > length * mostPacked + 1024)
    throw new Error(`${path} says that it holds ${wanted} bytes, more than a file of ${length} can`);
  mostUnpacked = wanted * 4 + chunkSlack;
  const { value } = found as { value: ArrayLike<number> };
  return { data: /^[<>|][iu]/.test(String(dtype)) ? Int32Array.from(value) : Float32Array.from(value) };
}

const bytes = workerData as Uint8Array<ArrayBuffer>;
let opened: File | undefined;

function answer(request: Hdf5Request): Hdf5Answer {
  try {
    // The library wants a buffer of its own; that of the thread's data is one.
    const whole = bytes.byteLength === bytes.buffer.byteLength;
    opened ??= new File(whole ? bytes.buffer : bytes.slice().buffer, '');
    return 'list' in request ? list(opened) : values(opened, request.dataset, bytes.length);
  } catch (e) {
    return { error: e instanceof Error ? e.message : String(e) };
  }
}

parentPort!.on('message', (request: Hdf5Request) => {
  const said = answer(request);
  parentPort!.postMessage(said, 'data' in said ? [said.data.buffer] : []);
});
