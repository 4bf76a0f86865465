/** Paths that a workspace file names: they lead to files below the workspace folder, or nowhere. */
import { existsSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';

/** What marks the top of a workspace when nobody says where it is. */
const marks = ['.git', '.vscode'];

/**
 * The workspace folder of a file: the nearest folder above it that holds .git or .vscode, else its own folder. For a
 * file of a run (below .vitrine) the folder that the run belongs to counts as its own.
 */
export function workspaceOf(file: string): string {
  const folders = path.dirname(path.resolve(file)).split(path.sep);
  const runs = folders.indexOf('.vitrine');
  const own = (runs > 0 ? folders.slice(0, runs) : folders).join(path.sep) || path.sep;
  for (let folder = own; ; folder = path.dirname(folder)) {
    if (marks.some(mark => existsSync(path.join(folder, mark)))) return folder;
    if (path.dirname(folder) === folder) return own;
  }
}

/** How a workspace file in `folder` names other files. */
export function relativeTo(folder: string): (file: string) => string {
  return file => path.relative(folder, path.resolve(file)).replaceAll(path.sep, '/');
}

export type Resolved =
  | { path: string }
  | { path?: undefined; code: 'path-outside' | 'file-not-found'; why: string };

/**
 * The absolute path of an existing file (or folder, as wanted) that `from` names relative to its folder.
 *
 * Refused are absolute paths (the file would work on one machine only, and could name any file of it), paths that
 * climb out of the workspace, and symbolic links that lead out of it.
 */
export async function resolveInside(
  workspace: string,
  folder: string,
  relative: string,
  wanted: 'file' | 'folder' | 'either' = 'file',
): Promise<Resolved> {
  const outside = (why: string): Resolved => ({ code: 'path-outside', why });
  if (relative.includes('\0')) return outside('the path contains a zero character.');
  if (path.isAbsolute(relative) || path.win32.isAbsolute(relative) || /^[a-z][a-z0-9+.-]+:/i.test(relative))
    return outside('it is an absolute path. Write it relative to this file.');
  // Backslashes are separators on Windows only; files are shared between systems.
  const full = path.resolve(folder, relative.replaceAll('\\', '/'));
  if (!isInside(workspace, full))
    return outside(`it leaves the workspace folder "${path.basename(workspace)}".`);
  const noun = wanted === 'either' ? 'file or folder' : wanted;
  const info = await stat(full).catch(() => undefined);
  if (!info) return { code: 'file-not-found', why: `there is no such ${noun}.` };
  const fits = (wanted !== 'folder' && info.isFile()) || (wanted !== 'file' && info.isDirectory());
  if (!fits) return { code: 'file-not-found', why: `it is not a ${noun}.` };
  const [realRoot, realFull] = await Promise.all([realpath(workspace), realpath(full)]);
  if (!isInside(realRoot, realFull))
    return outside('it is a link to a file outside of the workspace folder.');
  return { path: full };
}

function isInside(root: string, full: string): boolean {
  const relative = path.relative(root, full);
  return relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}
