/** NumPy's .npz: a zip of .npy files. */
import { unzipSync } from 'fflate';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { readNpy, type SavedArray } from './npy';

/** Bytes that the wanted arrays may take unpacked: more is a bomb, or does not fit the memory. */
const maxUnpacked = 4_000_000_000;
const maxEntries = 10_000;

/**
 * The named arrays of an archive; nothing is written to disk, so that no name in it leads anywhere.
 *
 * @throws VitrineError bad-data for what is no zip, an array that is not there, or sizes that lie.
 */
export function readNpz(bytes: Uint8Array, file: string, names: readonly string[]): SavedArray[] {
  const bad = (message: string) => new VitrineError('bad-data', message, { at: { file } });
  const sizes = new Map<string, number>();
  let entries = 0;
  let total = 0;
  let unpacked: Record<string, Uint8Array>;
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ name, originalSize, size }) => {
        if (++entries > maxEntries) throw bad(`The archive has more than ${maxEntries} entries.`);
        const array = name.replace(/\.npy$/, '');
        sizes.set(array, originalSize);
        if (!names.includes(array)) return false;
        total += originalSize;
        // Deflate packs at most about 1030 to 1.
        if (total > maxUnpacked || originalSize > size * 1100 + 1024)
          throw bad(
            `The array "${array}" says that it takes ${originalSize} bytes unpacked from ${size}; that is not believable, or too much (at most ${maxUnpacked}).`,
          );
        return true;
      },
    });
  } catch (e) {
    if (e instanceof VitrineError) throw e;
    throw bad(
      `The archive cannot be read (${(e as Error).message}). It was cut off or is no .npz file: write it with numpy.savez.`,
    );
  }
  return names.map(name => {
    const found = Object.hasOwn(unpacked, `${name}.npy`) ? unpacked[`${name}.npy`] : undefined;
    if (!found) {
      const near = nearest(name, [...sizes.keys()]);
      throw bad(
        `There is no array "${name}" in the archive. ${near ? `Did you mean "${near}"?` : `It has ${listed([...sizes.keys()])}.`}`,
      );
    }
    return readNpy(found, file, `"${name}"`);
  });
}

/** Names of the arrays in an archive. @throws VitrineError bad-data */
export function npzNames(bytes: Uint8Array, file: string): string[] {
  const names: string[] = [];
  try {
    unzipSync(bytes, {
      filter: ({ name }) => {
        if (names.length < maxEntries) names.push(name.replace(/\.npy$/, ''));
        return false;
      },
    });
  } catch {
    throw new VitrineError('bad-data', 'The archive cannot be read. It was cut off or is no .npz file.', {
      at: { file },
    });
  }
  return names;
}
