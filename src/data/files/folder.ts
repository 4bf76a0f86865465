/** The files of a folder with a sub-folder for each class. */
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Split } from '../dataset';

export interface ClassFile {
  /** Relative to the folder, with forward slashes. */
  name: string;
  class: string;
  /** Where the folder divides its files itself. */
  part?: Split;
}

/** What people call the folders of a data set that is divided already. */
const partNames: Readonly<Record<string, Split>> = {
  train: 'train',
  training: 'train',
  val: 'valid',
  valid: 'valid',
  validation: 'valid',
  dev: 'valid',
  test: 'test',
  testing: 'test',
};

const maxFiles = 1_000_000;
const maxDepth = 8;

/** What a folder is searched for. */
export interface Wanted {
  /** File names with these endings count. */
  endings: RegExp;
  /** Folders that count as one item, like a file, if they hold these; they are then not looked into. */
  folderOf?: RegExp;
  /** For messages, plural: "pictures". */
  what: string;
  /** For messages: ".png, .jpg or .jpeg". */
  expected: string;
}

/**
 * Classes and files in the order of their names. Links are not followed, so that nothing outside of the folder is
 * read; hidden files are passed over. A folder with `train`, and `val` or `test`, whose sub-folders are the classes, says
 * of each file in which part it is.
 *
 * @throws VitrineError bad-data for a folder without classes or without files of the kind.
 */
export async function listClasses(
  folder: string,
  wanted: Wanted,
): Promise<{ classes: string[]; files: ClassFile[]; skipped: string[] }> {
  const { what, expected } = wanted;
  const parts = await partsOf(folder);
  if (!parts) {
    const found = await classesIn(folder, '', wanted);
    if (found.classes.length < 2)
      throw bad(
        folder,
        `The folder "${path.basename(folder)}" has ${found.classes.length === 1 ? `${what} of one class only, "${found.classes[0]}"` : `no sub-folders with ${what}`}. Expected a sub-folder for each class, at least two, with ${expected} files.`,
      );
    return found;
  }
  const files: ClassFile[] = [];
  const skipped: string[] = [];
  let classes: string[] = [];
  for (const [name, part] of parts) {
    const found = await classesIn(folder, `${name}/`, wanted);
    if (part === 'train') classes = found.classes;
    if (part === 'train' && classes.length < 2)
      throw bad(
        path.join(folder, name),
        `The folder "${name}" has ${what} of ${classes.length} classes. Expected a sub-folder for each class, at least two, with ${expected} files.`,
      );
    const other = found.classes.find(c => !classes.includes(c));
    if (other !== undefined)
      throw bad(
        path.join(folder, name, other),
        `The folder "${name}" has the class "${other}", which "${parts[0]![0]}" lacks: it has ${classes.join(', ')}. Give each part the same sub-folders.`,
      );
    for (const file of found.files) files.push({ ...file, part });
    skipped.push(...found.skipped);
  }
  return { classes, files, skipped };
}

/** The folders of a data set that is divided already, that of the training first; nothing where they are classes. */
export async function partsOf(folder: string): Promise<[name: string, part: Split][] | undefined> {
  const found: [string, Split][] = [];
  for (const name of await sorted(folder)) {
    if (!(await lstat(path.join(folder, name))).isDirectory()) continue;
    const part = Object.hasOwn(partNames, name.toLowerCase()) ? partNames[name.toLowerCase()] : undefined;
    if (!part || found.some(([, p]) => p === part)) return undefined;
    found.push([name, part]);
  }
  if (found.length < 2 || !found.some(([, p]) => p === 'train')) return undefined;
  // Pictures of trains and of tests lie in their folders themselves.
  for (const [name] of found) {
    const below = await sorted(path.join(folder, name));
    const folders = await Promise.all(below.map(n => lstat(path.join(folder, name, n))));
    if (folders.filter(f => f.isDirectory()).length < 2) return undefined;
  }
  return found.sort(([, a], [, b]) => Number(b === 'train') - Number(a === 'train'));
}

/** @param under the part that is looked into, with its slash. */
async function classesIn(
  folder: string,
  under: string,
  { endings, folderOf, what }: Wanted,
): Promise<{ classes: string[]; files: ClassFile[]; skipped: string[] }> {
  const classes: string[] = [];
  const files: ClassFile[] = [];
  const skipped: string[] = [];
  const walk = async (relative: string, name: string, depth: number): Promise<void> => {
    for (const entry of await sorted(path.join(folder, relative))) {
      const below = `${relative}/${entry}`;
      const info = await lstat(path.join(folder, below));
      if (
        info.isDirectory() &&
        folderOf &&
        (await sorted(path.join(folder, below))).some(n => folderOf.test(n))
      )
        files.push({ name: below, class: name });
      else if (info.isDirectory() && depth < maxDepth) await walk(below, name, depth + 1);
      else if (info.isFile() && endings.test(entry)) files.push({ name: below, class: name });
      else skipped.push(below);
      if (files.length > maxFiles) throw bad(folder, `There are more than ${maxFiles} ${what}.`);
    }
  };
  for (const entry of await sorted(path.join(folder, under))) {
    if (!(await lstat(path.join(folder, under, entry))).isDirectory()) continue;
    const before = files.length;
    await walk(under + entry, entry, 0);
    if (files.length > before) classes.push(entry);
  }
  return { classes, files, skipped };
}

async function sorted(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(n => !n.startsWith('.')).sort();
}

function bad(file: string, message: string): VitrineError {
  return new VitrineError('bad-data', message, { at: { file } });
}
