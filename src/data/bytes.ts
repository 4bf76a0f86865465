/** Reading files that may be anything. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { VitrineError } from '../model/errors';

/** The longest text that a JavaScript engine holds is about 512 MiB. */
export const maxFileBytes = 500 * 1024 * 1024;

/**
 * The first bytes of a file, at most `limit`; of one packed by gzip those that it unpacks to.
 *
 * @throws file-not-found; bad-data when it is a folder, a pipe or the like, or packed and damaged.
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
    if (await packedByGzip(handle)) return await unpacked(handle, file, limit);
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

async function packedByGzip(handle: FileHandle): Promise<boolean> {
  const { bytesRead, buffer } = await handle.read(new Uint8Array(3), 0, 3, 0);
  return bytesRead === 3 && buffer[0] === 0x1f && buffer[1] === 0x8b && buffer[2] === 8;
}

/** No more is unpacked than is asked for, however much the file says that it holds. */
async function unpacked(handle: FileHandle, file: string, limit: number) {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const source = handle.createReadStream({ start: 0, autoClose: false });
  const packed = source.pipe(createGunzip());
  source.on('error', e => packed.destroy(e));
  try {
    for await (const piece of packed as AsyncIterable<Uint8Array>) {
      pieces.push(piece);
      size += piece.length;
      if (size > limit) break;
    }
  } catch (e) {
    throw new VitrineError(
      'bad-data',
      `${path.basename(file)} is packed by gzip and cannot be unpacked (${(e as Error).message}). It was cut off or is damaged: write it again.`,
      { at: { file } },
    );
  } finally {
    source.destroy();
  }
  const all = new Uint8Array(Math.min(size, limit));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece.subarray(0, all.length - at), at);
    at += piece.length;
    if (at >= all.length) break;
  }
  return { bytes: all, cut: size > limit };
}

/** Whether the file is packed by gzip; false where it cannot be opened. */
export async function isPacked(file: string): Promise<boolean> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return false;
  try {
    return await packedByGzip(handle);
  } finally {
    await handle.close();
  }
}

/** All of a file, unpacked where it is packed by gzip. @throws file-not-found; bad-data when it is larger than can be read at once. */
export async function readWhole(file: string, what?: string): Promise<Uint8Array> {
  const { bytes, cut } = await readBytes(file, maxFileBytes + 1, what);
  if (cut || bytes.length > maxFileBytes)
    throw new VitrineError(
      'bad-data',
      (await isPacked(file))
        ? `${path.basename(file)} unpacks to more than ${maxFileBytes / 1024 / 1024} MB, more than can be read at once. Unpack it (gunzip): tables of text are then read in pieces.`
        : `The file is larger than ${maxFileBytes / 1024 / 1024} MB, more than can be read at once.`,
      { at: { file } },
    );
  return bytes;
}
