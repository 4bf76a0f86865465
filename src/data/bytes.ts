/** Reading files that may be anything. */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../model/errors';

/** The longest text that a JavaScript engine holds is about 512 MiB. */
export const maxFileBytes = 500 * 1024 * 1024;

/**
 * The first bytes of a file, at most `limit`.
 *
 * @throws file-not-found; bad-data when it is a folder, a pipe or the like.
 */
export async function readBytes(
  file: string,
  limit: number,
  what = 'a file with a table',
): Promise<{ bytes: Uint8Array; cut: boolean }> {
  // Opening a pipe would wait for its writer.
  const info = await stat(file).catch(() => undefined);
  if (info && !info.isFile())
    throw new VitrineError('bad-data', `Expected ${what}, found something else, e.g. a folder.`, {
      at: { file },
    });
  const handle = await open(file).catch((e: NodeJS.ErrnoException) => {
    throw new VitrineError(
      'file-not-found',
      e.code === 'ENOENT'
        ? `The data file "${path.basename(file)}" does not exist. Check data.file in the experiment.`
        : `The data file "${path.basename(file)}" cannot be opened (${e.code}).`,
      { at: { file } },
    );
  });
  try {
    const total = (await handle.stat()).size;
    const size = Math.min(total, limit);
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, size - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return { bytes: bytes.subarray(0, done), cut: total > size };
  } finally {
    await handle.close();
  }
}

/** All of a file. @throws file-not-found; bad-data when it is larger than can be read at once. */
export async function readWhole(file: string, what?: string): Promise<Uint8Array> {
  const { bytes, cut } = await readBytes(file, maxFileBytes + 1, what);
  if (cut || bytes.length > maxFileBytes)
    throw new VitrineError(
      'bad-data',
      `The file is larger than ${maxFileBytes / 1024 / 1024} MB, more than can be read at once.`,
      { at: { file } },
    );
  return bytes;
}
