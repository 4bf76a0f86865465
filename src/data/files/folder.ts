/** The files of a folder with a sub-folder for each class. */
import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';

export interface ClassFile {
  /** Relative to the folder, with forward slashes. */
  name: string;
  class: string;
}

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
 * read; hidden files are passed over.
 *
 * @throws VitrineError bad-data for a folder without classes or without files of the kind.
 */
export async function listClasses(
  folder: string,
  { endings, folderOf, what, expected }: Wanted,
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
  for (const entry of await sorted(folder)) {
    if (!(await lstat(path.join(folder, entry))).isDirectory()) continue;
    const before = files.length;
    await walk(entry, entry, 0);
    if (files.length > before) classes.push(entry);
  }
  if (classes.length < 2)
    throw bad(
      folder,
      `The folder "${path.basename(folder)}" has ${classes.length === 1 ? `${what} of one class only, "${classes[0]}"` : `no sub-folders with ${what}`}. Expected a sub-folder for each class, at least two, with ${expected} files.`,
    );
  return { classes, files, skipped };
}

async function sorted(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(n => !n.startsWith('.')).sort();
}

function bad(file: string, message: string): VitrineError {
  return new VitrineError('bad-data', message, { at: { file } });
}
