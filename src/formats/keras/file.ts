/** What a Keras file holds: the configuration of a model, and its weights in HDF5. */
import { open, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { unzipSync } from 'fflate';
import { VitrineError } from '../../model/errors';
import { Hdf5, type Hdf5Contents, isHdf5 } from './hdf5';
import { type KerasLayer, layersOf } from './layers';

export interface KerasFile {
  /** The file of the weights; `listed` is what it lists. */
  hdf5: Hdf5;
  listed: Hdf5Contents;
  /** "Sequential" or "Functional"; nothing in a file of weights alone. */
  kind?: string;
  config?: unknown;
  layers: readonly KerasLayer[];
  about: readonly (readonly [name: string, value: string])[];
}

/** Files are read whole: of more there is not enough memory for a page to look at. */
const largestFile = 2 ** 31;
const largestText = 64_000_000;

/**
 * Opens .keras (a zip of config.json, metadata.json and model.weights.h5), .weights.h5 and the whole models that Keras 2
 * wrote as .h5.
 *
 * @throws VitrineError file-not-found, bad-file
 */
export async function openKeras(file: string): Promise<KerasFile> {
  const bad = (what: string) => new VitrineError('bad-file', `${basename(file)} ${what}`, { at: { file } });
  const info = await stat(file).catch(() => undefined);
  if (!info?.isFile())
    throw new VitrineError('file-not-found', `There is no file ${file}.`, { at: { file } });
  if (info.size > largestFile)
    throw bad(`has ${info.size} bytes; of Keras's files at most ${largestFile} are read.`);
  const head = Buffer.alloc(8);
  const handle = await open(file);
  await handle.read(head, 0, 8, 0).finally(() => handle.close());
  const bytes = new Uint8Array(await readFile(file));
  let packed: Uint8Array = bytes;
  let described: string | undefined;
  let metadata: Record<string, unknown> = {};
  if (!isHdf5(head)) {
    const parts = unpacked(bytes, bad);
    if (!parts['config.json'] || !parts['model.weights.h5'])
      throw bad('has no config.json or no model.weights.h5: a .keras file of Keras 3 has both.');
    described = new TextDecoder().decode(parts['config.json']);
    packed = parts['model.weights.h5'];
    metadata = asObject(parse(new TextDecoder().decode(parts['metadata.json'] ?? new Uint8Array(0)))) ?? {};
  }
  const hdf5 = new Hdf5(packed);
  const listed = await hdf5.list().catch((e: Error) => {
    throw bad(`holds HDF5 that cannot be read: ${e.message}. It is truncated or damaged.`);
  });
  described ??= listed.attributes['model_config'];
  const { model_config: _, ...said } = listed.attributes;
  const about = Object.entries({ ...said, ...metadata }).map(([name, value]): [string, string] => [
    name,
    String(value).slice(0, 400),
  ]);
  if (described === undefined) return { hdf5, listed, layers: [], about };
  const model = asObject(parse(described));
  if (!model || typeof model['class_name'] !== 'string')
    throw bad('describes its model in JSON that has no class_name.');
  const kind = model['class_name'];
  const { config } = model;
  const name = asObject(config)?.['name'];
  return {
    hdf5,
    listed,
    kind,
    config,
    layers: layersOf(config, listed),
    about: [['model', `${kind}${typeof name === 'string' ? ` "${name}"` : ''}`], ...about],
  };
}

/** The members of the archive that are wanted, never more than they say, and that within reason. */
function unpacked(bytes: Uint8Array, bad: (what: string) => VitrineError): Record<string, Uint8Array> {
  let entries = 0;
  try {
    return unzipSync(bytes, {
      filter: ({ name, originalSize, size }) => {
        if (++entries > 10_000) throw bad('is an archive of more than 10000 entries.');
        if (!['config.json', 'metadata.json', 'model.weights.h5'].includes(name)) return false;
        // Deflate packs at most about 1030 to 1.
        const most = name.endsWith('.h5') ? largestFile : largestText;
        if (originalSize > most || originalSize > size * 1100 + 1024)
          throw bad(
            `claims that its ${name} takes ${originalSize} bytes unpacked from ${size}; that is not believable, or too much (at most ${most}).`,
          );
        return true;
      },
    });
  } catch (e) {
    if (e instanceof VitrineError) throw e;
    throw bad(`is neither HDF5 nor a zip archive that can be read: ${(e as Error).message}.`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
