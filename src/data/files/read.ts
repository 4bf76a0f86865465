/** Reading files of a data set one by one: what cannot be read is left out and told, the rest is kept. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { maxFileBytes } from '../bytes';
import type { Progress } from '../dataset';
import type { LabelledFile } from './labelled';

export interface FileVisit {
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** The contents of a file that is a folder of files; the file itself if absent. */
  parts?(full: string): Promise<Uint8Array[]>;
}

/**
 * Gives every file's bytes to `visit`; what that throws is the reason why the file is left out.
 *
 * @returns the files that could be read, those that could not, and SHA-256 over names and contents.
 */
export async function readEach(
  files: readonly LabelledFile[],
  visit: (bytes: Uint8Array, index: number, parts: readonly Uint8Array[]) => void | Promise<void>,
  { signal, onProgress, parts = async full => [await readFile(full)] }: FileVisit,
): Promise<{ good: Int32Array; broken: { name: string; why: string }[]; hash: string }> {
  const hash = createHash('sha256');
  const good: number[] = [];
  const broken: { name: string; why: string }[] = [];
  for (const [i, file] of files.entries()) {
    throwIfCancelled(signal);
    onProgress?.({ what: 'data', done: i, total: files.length, files: true });
    try {
      const all = await parts(file.full).catch((e: NodeJS.ErrnoException) => {
        throw e.code === undefined
          ? e
          : new Error(e.code === 'ENOENT' ? 'it does not exist' : `it cannot be opened (${e.code})`);
      });
      for (const bytes of all) hash.update(`${file.name}\0${file.label}\0${bytes.length}\0`).update(bytes);
      await visit(all[0]!, i, all);
      good.push(i);
    } catch (e) {
      if (e instanceof VitrineError) throw e;
      broken.push({ name: file.name, why: (e as Error).message });
    }
  }
  return { good: Int32Array.from(good), broken, hash: hash.digest('hex') };
}

/**
 * The file that a row to be predicted names.
 *
 * @param what for messages: "a sound".
 * @throws VitrineError bad-data, file-not-found
 */
export function fileOf(
  row: Readonly<Record<string, string | number | null>>,
  index: number,
  what: string,
): string {
  const file = Object.hasOwn(row, 'file') || 'file' in row ? row['file'] : undefined;
  if (typeof file !== 'string' || file === '')
    throw new VitrineError('bad-data', `Row ${index + 1} has no "file": the path of ${what}.`);
  return file;
}

/** @throws VitrineError bad-data, file-not-found */
export function bytesOf(file: string, what: string): Uint8Array {
  const info = statSync(file, { throwIfNoEntry: false });
  if (!info?.isFile())
    throw new VitrineError('file-not-found', `There is no ${what} ${file}.`, { at: { file } });
  if (info.size > maxFileBytes)
    throw new VitrineError('bad-data', `The ${what} ${path.basename(file)} is too large to be read.`, {
      at: { file },
    });
  return readFileSync(file);
}

/** What a decoder found wrong, as a message about the file. */
export function unreadable(what: string, file: string, e: unknown): VitrineError {
  return new VitrineError(
    'bad-data',
    `The ${what} ${path.basename(file)} cannot be read: ${(e as Error).message}. Replace or remove it.`,
    { at: { file } },
  );
}
