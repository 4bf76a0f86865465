/** The file formats that are known, and which of them a file is in. */
import { open, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import all from 'registry:formats#format';
import { VitrineError } from '../model/errors';
import type { FileFormat } from './_format';

export const formats = all as readonly FileFormat[];

/**
 * The file that stands for a model: the file itself, or config.json of a folder that Transformers saved.
 *
 * @param shown how messages call it.
 * @throws file-not-found; bad-file for another folder.
 */
export async function modelFileOf(file: string, shown = file): Promise<string> {
  const info = await stat(file).catch(() => undefined);
  if (!info) throw new VitrineError('file-not-found', `There is no file ${shown}.`, { at: { file } });
  if (!info.isDirectory()) return file;
  const config = join(file, 'config.json');
  if ((await stat(config).catch(() => undefined))?.isFile()) return config;
  throw new VitrineError('bad-file', `${shown} is a folder without a config.json, so it holds no model.`, {
    at: { file },
  });
}

/** The format of a file by extension, then by its first bytes. Throws `bad-file` if there is none. */
export async function formatOf(file: string): Promise<FileFormat> {
  const extension = extname(file).toLowerCase();
  const candidates = formats.filter(f => f.extensions.some(e => file.toLowerCase().endsWith(e)));
  let head: Uint8Array;
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read(new Uint8Array(4096), 0, 4096, 0);
      head = buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (e) {
    throw new VitrineError('file-not-found', `${file} cannot be read: ${(e as Error).message}`, {
      at: { file },
    });
  }
  const found = candidates.find(f => f.match(file, head));
  if (found) return found;
  const known = formats.flatMap(f => f.extensions.map(e => `${e} (${f.name})`)).join(', ');
  throw new VitrineError(
    'bad-file',
    `${file} is in no format that is read here (its extension is "${extension}"). Known are ${known}.`,
    { at: { file } },
  );
}
