/**
 * The files that a script that trains may read: those of its workspace folder, never through a link out of it, nothing
 * hidden, within bounds. Nothing is ever written.
 */
import { type Dirent, readdirSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import path from 'node:path';

/** Bytes of one file, and of all that one run of a script reads. */
const mostBytes = 512 * 1024 * 1024;
const mostInAll = 1024 * 1024 * 1024;
const mostNames = 200_000;

/** Why a file is not read, for people. */
export class NotRead extends Error {}

export class WorkspaceFiles {
  private readonly root: string;
  private left = mostInAll;

  /** @param folder must exist. */
  constructor(folder: string) {
    this.root = realpathSync(folder);
  }

  /** @param name below the folder, with "/". Undefined where there is nothing that may be read. */
  stat(name: string): Stats | undefined {
    const file = this.real(name);
    try {
      const info = file === undefined ? undefined : statSync(file);
      return info && (info.isFile() || info.isDirectory()) ? info : undefined;
    } catch {
      return undefined;
    }
  }

  /** Names in a folder, sorted. */
  list(name: string): string[] {
    const folder = this.real(name);
    if (folder === undefined) return [];
    let entries: Dirent[];
    try {
      entries = readdirSync(folder, { withFileTypes: true });
    } catch {
      return [];
    }
    if (entries.length > mostNames)
      throw new NotRead(`The folder ${name} has ${entries.length} entries; at most ${mostNames} are read.`);
    return entries
      .map(e => e.name)
      .filter(n => !n.startsWith('.'))
      .sort();
  }

  /** @throws NotRead with the reason. */
  read(name: string): Uint8Array {
    const file = this.real(name);
    const info = this.stat(name);
    if (file === undefined || !info?.isFile())
      throw new NotRead(`There is no file ${name} in the workspace.`);
    const megabytes = (n: number) => `${Math.round(n / 1e6)} MB`;
    if (info.size > mostBytes)
      throw new NotRead(
        `${name} has ${megabytes(info.size)}; scripts are given files of up to ${megabytes(mostBytes)}. Name it as the data of an experiment file instead.`,
      );
    this.left -= info.size;
    if (this.left < 0) throw new NotRead(`The script reads more than ${megabytes(mostInAll)} of files.`);
    return readFileSync(file);
  }

  /** Where a name really lies; undefined outside of the folder, and for what is hidden. */
  private real(name: string): string | undefined {
    const parts = name.split('/').filter(p => p !== '');
    if (parts.some(p => p.startsWith('.') || p.includes('\\') || p.includes('\0'))) return undefined;
    try {
      const file = realpathSync(path.join(this.root, ...parts));
      const inside = path.relative(this.root, file);
      if (inside.startsWith('..') || path.isAbsolute(inside)) return undefined;
      return inside.split(path.sep).some(p => p.startsWith('.')) ? undefined : file;
    } catch {
      return undefined;
    }
  }
}
