/** Random access to bytes, in memory or in a file, a window at a time: a graph is read without its weights. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { VitrineError } from '../../model/errors';

export interface ByteSource {
  readonly size: number;
  /** A view that is valid until the next call. @throws RangeError beyond the end. */
  bytes(start: number, end: number): Uint8Array;
  close(): void;
}

export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    bytes(start, end) {
      if (start < 0 || end > bytes.length || start > end)
        throw new RangeError(`bytes ${start} to ${end} of ${bytes.length}`);
      return bytes.subarray(start, end);
    },
    close() {},
  };
}

const windowSize = 1 << 16;

/** @throws VitrineError file-not-found, bad-file */
export function fileSource(file: string): ByteSource {
  let handle: number;
  try {
    handle = openSync(file, 'r');
  } catch (e) {
    const { code } = e as NodeJS.ErrnoException;
    throw new VitrineError(
      'file-not-found',
      code === 'ENOENT'
        ? `The file "${path.basename(file)}" does not exist.`
        : `The file "${path.basename(file)}" cannot be opened (${code}).`,
      { at: { file } },
    );
  }
  const stat = fstatSync(handle);
  if (!stat.isFile()) {
    closeSync(handle);
    throw new VitrineError('bad-file', 'Expected a file, found something else, e.g. a folder.', {
      at: { file },
    });
  }
  const buffer = new Uint8Array(windowSize);
  let from = 0;
  let to = 0;
  const fill = (target: Uint8Array, start: number): number => {
    let done = 0;
    while (done < target.length) {
      const n = readSync(handle, target, done, target.length - done, start + done);
      if (n === 0) break;
      done += n;
    }
    return done;
  };
  return {
    size: stat.size,
    bytes(start, end) {
      if (start < 0 || end > stat.size || start > end)
        throw new RangeError(`bytes ${start} to ${end} of ${stat.size}`);
      if (start >= from && end <= to) return buffer.subarray(start - from, end - from);
      if (end - start > windowSize) {
        const own = new Uint8Array(end - start);
        if (fill(own, start) < own.length) throw new RangeError('the file became shorter while it was read');
        return own;
      }
      from = start;
      to = start + fill(buffer, start);
      if (end > to) throw new RangeError('the file became shorter while it was read');
      return buffer.subarray(0, end - start);
    },
    close: () => closeSync(handle),
  };
}
