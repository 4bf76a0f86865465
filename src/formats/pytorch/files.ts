/** Texts of files: the editor's where it has them, else the disk's, never through a link out of a folder. */
import { type Stats, statSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, sep } from 'node:path';
import { VitrineError } from '../../model/errors';
import { notebookCode } from './notebook';

/** A file with more text than this is no model. */
const largestFile = 5_000_000;

/** Texts that were read before, by folder and file, and what the disk said of the file then. */
const known = new Map<string, { stamp: string; text: string }>();
const mostKnown = 32_000_000;
let knownSize = 0;

/** Text of a file, by what the editor has or from the disk; inside of a folder only, if one is given. */
export async function readText(
  file: string,
  texts: Readonly<Record<string, string>> | undefined,
  folder: string | undefined,
): Promise<string | undefined> {
  if (texts && Object.hasOwn(texts, file)) return texts[file];
  // An edit asks for hundreds of files, most of which are not there: without a promise each takes microseconds.
  const info = statOf(file);
  if (!info?.isFile()) return undefined;
  const key = `${folder ?? ''}\0${file}`;
  const stamp = `${info.dev}:${info.ino}:${info.size}:${info.mtimeMs}:${info.ctimeMs}`;
  const before = known.get(key);
  if (before?.stamp === stamp) return before.text;
  try {
    // A link may lead out of the folder.
    if (folder !== undefined) {
      const [real, home] = await Promise.all([realpath(file), realpath(folder)]);
      if (real !== home && !real.startsWith(home + sep)) return undefined;
    }
  } catch {
    return undefined;
  }
  const text = await decoded(file, info.size);
  knownSize += text.length - (before?.text.length ?? 0);
  if (knownSize > mostKnown) {
    known.clear();
    knownSize = text.length;
  }
  known.set(key, { stamp, text });
  return text;
}

function statOf(file: string): Stats | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Reads files as `readText` does; of a folder that is not there, no file is asked for twice. */
export function readerIn(
  texts: Readonly<Record<string, string>> | undefined,
  folder: string,
): (file: string) => Promise<string | undefined> {
  const folders = new Map<string, boolean>();
  return async file => {
    if (texts && Object.hasOwn(texts, file)) return texts[file];
    const home = dirname(file);
    let there = folders.get(home);
    if (there === undefined) {
      there = statOf(home)?.isDirectory() === true;
      folders.set(home, there);
    }
    return there ? readText(file, undefined, folder).catch(() => undefined) : undefined;
  };
}

async function decoded(file: string, size: number): Promise<string> {
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
