/** Files that are either the old ones or the new ones, whole, whenever the power goes. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { VitrineError } from '../../model/errors';

/**
 * Writes under a temporary name in the same folder, flushes, renames. A failure leaves the old file as it was and
 * nothing beside it.
 *
 * @throws VitrineError bad-file saying what the system said, in words.
 */
export async function writeAtomically(
  file: string,
  content: Uint8Array | string | AsyncIterable<Uint8Array | string>,
): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      if (typeof content === 'string' || content instanceof Uint8Array) await handle.writeFile(content);
      else for await (const part of content) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(dirname(file));
  } catch (e) {
    await rm(temporary, { force: true }).catch(() => {});
    throw cannotWrite(file, e);
  }
}

/** @throws VitrineError bad-file when the folder cannot be made. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (e) {
    throw cannotWrite(folder, e);
  }
}

/** The error that a user reads when `file` cannot be written. */
export function cannotWrite(file: string, cause: unknown): VitrineError {
  if (cause instanceof VitrineError) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? '';
  const why = reasons[code] ?? (cause instanceof Error ? cause.message : String(cause));
  return new VitrineError('bad-file', `Cannot write ${file}: ${why}.`, { at: { file } });
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Free some space and resume the run',
  EDQUOT: 'the disk quota is used up. Free some space and resume the run',
  EACCES: 'permission denied. Check the permissions of the folder',
  EPERM: 'the system does not allow it. Check the permissions of the folder',
  EROFS: 'the file system is read-only',
  ENOTDIR: 'a part of the path is a file, not a folder. Move that file away',
  EEXIST: 'a file of that name is in the way. Move it away',
  EISDIR: 'it is a folder. Move it away',
  ENOENT: 'its folder is gone',
};

/** The rename itself must reach the disk; systems that cannot open a folder (Windows) do that by themselves. */
async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch {
    // Not supported here: the content is flushed, only the name's durability is the file system's.
  } finally {
    await handle?.close();
  }
}
