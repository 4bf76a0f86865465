/** Which files of the workspace a Python file imports, found in its text, never outside of the folder. */

/** `module` is dotted, without leading dots; `level` counts these. `names` are what is imported from it. */
export interface Import {
  level: number;
  module: string;
  names: readonly string[];
}

/**
 * Strings and comments, which hold no statements, and import statements where one may begin: on a line of its own, or
 * behind a colon or semicolon.
 */
const statement =
  /(?:"""(?:\\[\s\S]|(?!""")[^\\])*(?:"""|$)|'''(?:\\[\s\S]|(?!''')[^\\])*(?:'''|$)|"(?:\\[\s\S]|[^"\\\n])*"?|'(?:\\[\s\S]|[^'\\\n])*'?|#[^\n]*)|(?<=(?:^|[;:\n\r])[ \t\f\uFEFF]*)(?<import>(?:from(?=[\s.\\])|import(?=[\s\\]))(?:\((?:#[^\n]*|[^)#])*\)|\\\r?\n|[^\n\r;#\\(])*)/g;

/** Of a file that does not change, what it imports is looked for once. */
const known = new Map<string, readonly Import[]>();
const mostKnown = 4_000_000;
let size = 0;

/** All import statements, also those inside of functions. */
export function importsOf(text: string): readonly Import[] {
  const found = known.get(text);
  if (found) return found;
  const out: Import[] = [];
  for (const m of text.matchAll(statement)) {
    const written = m.groups?.['import'];
    if (written !== undefined) out.push(...read(written));
  }
  size += text.length;
  if (size > mostKnown) {
    known.clear();
    size = text.length;
  }
  known.set(text, out);
  return out;
}

/** `import a.b as c, d` or `from ..a.b import (c as d, e)`. */
function read(written: string): Import[] {
  const text = written
    .replace(/#[^\n]*/g, '')
    .replace(/\\\r?\n/g, ' ')
    .trim();
  const from = /^from\s+(\.*)\s*([\w.]*)\s+import\s+([\s\S]*)$/.exec(text);
  if (from) {
    const names = from[3]!
      .replace(/[()]/g, '')
      .split(',')
      .map(n => n.trim().split(/\s+/)[0]!)
      .filter(n => /^\w+$/.test(n));
    return [{ level: from[1]!.length, module: from[2]!, names }];
  }
  const plain = /^import\s+([\s\S]*)$/.exec(text);
  if (!plain) return [];
  return plain[1]!
    .split(',')
    .map(n => n.trim().split(/\s+/)[0]!)
    .filter(n => /^[\w.]+$/.test(n))
    .map(module => ({ level: 0, module, names: [] }));
}

export interface Collected {
  /** Texts by path relative to the folder, with "/". */
  files: Record<string, string>;
  /** The main file's dotted module name. */
  module: string;
}

const mostFiles = 200;
const mostText = 8_000_000;

/**
 * The main file and what it imports, and what these import, inside of a root folder.
 *
 * Absolute imports are looked for from the root, then from the main file's folder and the folders between them, as
 * Python would with one of them on its path; what is found there is given the name that the import uses.
 * @param main path relative to the root, with "/".
 * @param read text of a file by its path relative to the root, undefined if there is none.
 */
export async function collect(
  main: string,
  text: string,
  read: (path: string) => Promise<string | undefined>,
): Promise<Collected & { origin: Record<string, string> }> {
  const parts = main.replace(/\.(?:py|ipynb)$/, '').split('/');
  // Python names that no module can have are fine for a main file: it is not imported by others.
  const module = parts.join('.');
  const files: Record<string, string> = { [main]: text };
  /** Where a file that Python sees under one name really is. */
  const origin: Record<string, string> = { [main]: main };
  let size = text.length;
  const roots = ['', ...parts.slice(0, -1).map((_, i) => `${parts.slice(0, i + 1).join('/')}/`)].reverse();
  const queue = [main];
  /** Packages above what is imported: read when they are asked for, so what they import comes after all else. */
  const later: string[] = [];
  const missing = new Set<string>();
  let count = 1;

  const add = async (as: string, from: string, above = false): Promise<boolean> => {
    if (as in files) {
      const waits = above ? -1 : later.indexOf(as);
      if (waits >= 0) queue.push(...later.splice(waits, 1));
      // The name may be taken by a file of another root: `from pkg import part` in a file of pkg itself.
      return origin[as] === from;
    }
    if (count >= mostFiles || missing.has(from)) return false;
    const found = await read(from);
    if (found === undefined || size + found.length > mostText) {
      missing.add(from);
      return false;
    }
    size += found.length;
    count++;
    files[as] = found;
    origin[as] = from;
    (above ? later : queue).push(as);
    return true;
  };
  /** A module and the packages above it. */
  const addModule = async (dotted: string, base: string): Promise<boolean> => {
    const path = dotted.replaceAll('.', '/');
    const found =
      (await add(`${path}.py`, `${base}${path}.py`)) ||
      (await add(`${path}/__init__.py`, `${base}${path}/__init__.py`));
    if (found) {
      const above = path.split('/');
      for (let i = 1; i < above.length; i++) {
        const folder = above.slice(0, i).join('/');
        await add(`${folder}/__init__.py`, `${base}${folder}/__init__.py`, true);
      }
    }
    return found;
  };

  /** Roots in the order of search: first the one whose module speaks of all names that are taken from it. */
  const fitting = async (dotted: string, names: readonly string[]): Promise<readonly string[]> => {
    if (roots.length < 2 || !names.length) return roots;
    const path = dotted.replaceAll('.', '/');
    for (const root of roots) {
      const found = (await read(`${root}${path}.py`)) ?? (await read(`${root}${path}/__init__.py`));
      if (found !== undefined && names.every(n => new RegExp(`\\b${n}\\b|import \\*`).test(found)))
        return [root, ...roots.filter(r => r !== root)];
    }
    return roots;
  };

  const next = () => queue.shift() ?? later.shift();
  for (let file = next(); file !== undefined; file = next()) {
    const folder = file.split('/').slice(0, -1);
    for (const { level, module: name, names } of importsOf(files[file]!)) {
      if (level > 0) {
        if (level - 1 > folder.length) continue;
        const base = folder.slice(0, folder.length - (level - 1));
        const full = [...base, ...(name ? name.split('.') : [])].join('.');
        // The folder's own place: a file found under another root brings its neighbours from there.
        const home = origin[file]!.slice(0, origin[file]!.length - file.length);
        if (full) await addModule(full, home);
        for (const n of names) await addModule(full ? `${full}.${n}` : n, home);
      } else {
        if (!name || /^(torch|numpy|os|sys|math)(\.|$)/.test(name)) continue;
        for (const root of await fitting(name, names)) {
          const found = await addModule(name, root);
          let any = found;
          for (const n of names) if (await addModule(`${name}.${n}`, root)) any = true;
          if (any) break;
        }
      }
    }
  }
  return { files, module, origin };
}
