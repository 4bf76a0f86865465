/** Which other files and notebooks of a workspace make classes of a file: they know the constructor's arguments. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { notebookCode } from './notebook';

/** Folders that hold others' code, or none. */
const skipped = /^(?:\.|node_modules$|site-packages$|venv$|env$|__pycache__$|build$|dist$)/;
const mostFolders = 2000;
const mostFiles = 3000;
const mostBytes = 300_000;
/** Notebooks hold their pictures, too. */
const mostNotebookBytes = 3_000_000;
const mostCallers = 6;
/** How long what was found is taken to hold. */
const freshMs = 30_000;

interface Found {
  at: number;
  paths: readonly string[];
}

export class Callers {
  private readonly found = new Map<string, Found>();

  /**
   * Paths of Python files below the root, relative to it with "/", that call one of the classes, or of notebooks where no
   * file does; the likeliest first.
   * Links are not followed.
   */
  async of(root: string, main: string, classes: readonly string[]): Promise<readonly string[]> {
    const key = JSON.stringify([root, main, classes]);
    const known = this.found.get(key);
    if (known && performance.now() - known.at < freshMs) return known.paths;
    const paths = await search(root, main, classes);
    if (this.found.size > 100) this.found.clear();
    this.found.set(key, { at: performance.now(), paths });
    return paths;
  }
}

async function search(root: string, main: string, classes: readonly string[]): Promise<string[]> {
  const names = classes.filter(c => /^\w+$/.test(c));
  if (!names.length) return [];
  const calls = new RegExp(`\\b(?:${names.join('|')})\\s*\\(`);
  const out: string[] = [];
  const own = main.split('/').pop()!.replace(/\.py$/, '');
  let folders = 0;
  let files = 0;
  const queue = [''];
  for (let at = 0; at < queue.length && folders < mostFolders && files < mostFiles; at++, folders++) {
    const folder = queue[at]!;
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const e of entries) {
      const path = folder ? `${folder}/${e.name}` : e.name;
      if (e.isDirectory() && !skipped.test(e.name)) queue.push(path);
      const notebook = e.name.endsWith('.ipynb');
      if (!e.isFile() || !(notebook || e.name.endsWith('.py')) || path === main || files >= mostFiles)
        continue;
      files++;
      const full = join(root, path);
      const info = await stat(full).catch(() => undefined);
      if (!info || info.size > (notebook ? mostNotebookBytes : mostBytes)) continue;
      const text = await readFile(full, 'utf8').catch(() => '');
      if (!calls.test(text)) continue;
      const code = notebook ? codeOf(text) : text;
      if (calls.test(code) && /^\s*(?:from|import)\s/m.test(code)) out.push(path);
    }
  }
  // Who runs the model knows more than who tests it; who names the file has it from there.
  const home = main.split('/').slice(0, -1);
  const rank = (path: string) =>
    home.filter((folder, i) => path.split('/')[i] === folder).length * -4 +
    (/(?:^|\/)(?:train|main|run|model|net)[^/]*\.py$/i.test(path) ? 0 : 1) +
    (/test/i.test(path) ? 2 : 0) +
    (path.includes(own) ? 0 : 0.5);
  out.sort((a, b) => rank(a) - rank(b) || a.length - b.length);
  // A notebook's cells are run from its top to find what they make, which an edit would wait for: where nothing else is there.
  const scripts = out.filter(path => !path.endsWith('.ipynb'));
  return (scripts.length ? scripts : out).slice(0, mostCallers);
}

function codeOf(notebook: string): string {
  try {
    return notebookCode(notebook);
  } catch {
    return '';
  }
}
