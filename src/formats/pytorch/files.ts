/** Texts of files: the editor's where it has them, else the disk's, never through a link out of a folder. */
import { readdirSync, type Stats, statSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, sep } from 'node:path';
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
  // An edit asks for hundreds of files: without a promise each takes microseconds.
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

/** How long after a folder changed its time of change may not tell of the next change. */
const racyMs = 2000;

/** Files in a folder and below it, read as `readText` does; only those that the folders list are asked for. */
export class FolderReader {
  private readonly folders = new Map<string, ReadonlySet<string> | undefined>();
  /** What was read of those that are there. */
  private readonly found = new Map<string, string | undefined>();
  /** When the folders that were looked in had changed last. */
  private readonly stamps = new Map<string, number | undefined>();
  private racy = false;

  constructor(
    private readonly texts: Readonly<Record<string, string>> | undefined,
    private readonly root: string,
  ) {}

  async read(file: string): Promise<string | undefined> {
    if (this.found.has(file)) return this.found.get(file);
    // Most files that an import may mean are not there.
    if (!(this.texts && Object.hasOwn(this.texts, file)) && !this.names(dirname(file))?.has(basename(file)))
      return undefined;
    const text = await this.textOf(file, this.texts);
    this.found.set(file, text);
    return text;
  }

  /** Whether the folders that were looked in list what they listed then, and the files that were read hold the same. */
  async unchanged(texts: Readonly<Record<string, string>> | undefined): Promise<boolean> {
    if (this.racy) return false;
    for (const [folder, stamp] of this.stamps) if (statOf(folder)?.mtimeMs !== stamp) return false;
    for (const [file, text] of this.found) if ((await this.textOf(file, texts)) !== text) return false;
    return true;
  }

  private textOf(file: string, texts: Readonly<Record<string, string>> | undefined) {
    return readText(file, texts, this.root).catch(() => undefined);
  }

  private names(folder: string): ReadonlySet<string> | undefined {
    if (this.folders.has(folder)) return this.folders.get(folder);
    const isThere = folder === this.root || this.names(dirname(folder))?.has(basename(folder));
    const names = isThere ? this.list(folder) : undefined;
    this.folders.set(folder, names);
    return names;
  }

  private list(folder: string): ReadonlySet<string> | undefined {
    const stamp = statOf(folder)?.mtimeMs;
    this.stamps.set(folder, stamp);
    if (stamp === undefined) return undefined;
    if (Date.now() - stamp < racyMs) this.racy = true;
    try {
      return new Set(readdirSync(folder));
    } catch {
      return undefined;
    }
  }
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
