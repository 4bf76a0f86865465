/** Texts of files: the editor's where it has them, else the disk's, never through a link out of a folder. */
import { readFile, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { VitrineError } from '../../model/errors';
import { notebookCode } from './notebook';

/** A file with more text than this is no model. */
const largestFile = 5_000_000;

/** Text of a file, by what the editor has or from the disk; inside of a folder only, if one is given. */
export async function readText(
  file: string,
  texts: Readonly<Record<string, string>> | undefined,
  folder: string | undefined,
): Promise<string | undefined> {
  if (texts && Object.hasOwn(texts, file)) return texts[file];
  let size: number;
  try {
    // A link may lead out of the folder.
    if (folder !== undefined) {
      const [real, home] = await Promise.all([realpath(file), realpath(folder)]);
      if (real !== home && !real.startsWith(home + sep)) return undefined;
    }
    const info = await stat(file);
    if (!info.isFile()) return undefined;
    size = info.size;
  } catch {
    return undefined;
  }
  if (size > largestFile) {
    throw new VitrineError(
      'bad-file',
      `${file} has ${(size / 1e6).toFixed(1)} MB; Python files up to ${largestFile / 1e6} MB are read.`,
      { at: { file } },
    );
  }
  const bytes = await readFile(file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const line = firstBadLine(bytes);
    throw new VitrineError(
      'bad-file',
      `${file} is not UTF-8 text: line ${line} has bytes that no text has.`,
      {
        at: { file, line },
      },
    );
  }
  if (!file.endsWith('.ipynb')) return text;
  try {
    return notebookCode(text);
  } catch (e) {
    throw new VitrineError('bad-file', `${file} is no notebook: ${(e as Error).message}.`, { at: { file } });
  }
}

function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  let from = 0;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (let i = 0; i <= bytes.length; i++) {
    if (i < bytes.length && bytes[i] !== 10) continue;
    try {
      decoder.decode(bytes.subarray(from, i));
    } catch {
      return line;
    }
    from = i + 1;
    line++;
  }
  return line;
}
