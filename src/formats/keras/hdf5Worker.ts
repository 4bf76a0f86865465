/**
 * Reads an HDF5 file in a thread that can be ended: the library trusts what a file says of itself, and a file may say
 * that its parts hold each other. jsfive because it is plain JavaScript, small, and has no state outside of the buffer.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Dataset, File, type Group } from 'jsfive';

export interface Hdf5Request {
  bytes: Uint8Array;
  /** Read this dataset; list all if it is not given. */
  dataset?: string;
}

export interface Hdf5Entry {
  path: string;
  /** NumPy's name, e.g. "<f4". */
  dtype: string;
  shape: number[];
}

export type Hdf5Answer =
  | { entries: Hdf5Entry[]; attributes: Record<string, string>; orders: Record<string, string[]> }
  | { data: Float32Array | Int32Array }
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

function values(file: File, path: string): Hdf5Answer {
  const found = file.get(path);
  if (!(found instanceof Dataset)) throw new Error(`it has no dataset ${path}`);
  const { dtype, value } = found as { dtype: unknown; value: ArrayLike<number> };
  return { data: /^[<>|][iu]/.test(String(dtype)) ? Int32Array.from(value) : Float32Array.from(value) };
}

function answer({ bytes, dataset }: Hdf5Request): Hdf5Answer {
  try {
    // The library wants a buffer of its own.
    const file = new File(bytes.slice().buffer, '');
    return dataset === undefined ? list(file) : values(file, dataset);
  } catch (e) {
    return { error: e instanceof Error ? e.message : String(e) };
  }
}

parentPort!.postMessage(answer(workerData as Hdf5Request));
