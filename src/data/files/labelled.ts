/** Files with a target each: a folder with a sub-folder for each class, or a table with a column of file names. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import type { Split } from '../dataset';
import { readTableFile } from '../table/rawRows';
import { bad, columnNamed, textAt } from '../table/table';
import { rowsOf } from '../table/words';
import { listClasses, type Wanted } from './folder';

export interface LabelledFile {
  /** As it is called in the data set: relative to the folder. */
  name: string;
  full: string;
  label: string;
  /** Where the folder divides its files itself. */
  part?: Split;
  /** Other columns of the table. */
  values: Record<string, string | null>;
}

export interface LabelledFiles {
  folder: string;
  files: LabelledFile[];
  notes: string[];
}

/** Names of columns, and, for messages, which options name them. */
export interface LabelledColumns {
  file: string;
  target: string;
  fileOption?: string;
  targetOption?: string;
}

/**
 * @param source the folder or the table.
 * @param columns of the table: the one with the file names (relative to the table), and the target.
 * @throws VitrineError bad-data, file-not-found, cancelled
 */
export async function labelledFiles(
  source: string,
  wanted: Wanted,
  columns: LabelledColumns,
  signal?: AbortSignal,
): Promise<LabelledFiles> {
  const info = await stat(source).catch((e: NodeJS.ErrnoException) => {
    throw new VitrineError(
      'file-not-found',
      `"${path.basename(source)}" cannot be read (${e.code === 'ENOENT' ? 'it does not exist' : e.code}). Check data.file in the experiment.`,
      { at: { file: source } },
    );
  });
  return info.isDirectory() ? ofFolder(source, wanted) : ofTable(source, wanted, columns, signal);
}

async function ofFolder(folder: string, wanted: Wanted): Promise<LabelledFiles> {
  const { files, skipped } = await listClasses(folder, wanted);
  const notes =
    skipped.length > 0
      ? [
          `${skipped.length === 1 ? '1 file is' : `${skipped.length} files are`} of another kind and passed over: ${some(skipped)}.`,
        ]
      : [];
  return {
    folder,
    files: files.map(({ class: label, ...f }) => ({
      ...f,
      full: path.join(folder, f.name),
      label,
      values: {},
    })),
    notes,
  };
}

async function ofTable(
  file: string,
  wanted: Wanted,
  names: LabelledColumns,
  signal: AbortSignal | undefined,
): Promise<LabelledFiles> {
  const table = await readTableFile(file, new Set([names.file, names.target]), signal);
  const fileColumn = columnNamed(
    table,
    names.file,
    `${names.fileOption ?? 'data.column'}, the names of the files`,
  );
  const target = columnNamed(table, names.target, names.targetOption ?? 'the target');
  const folder = path.dirname(file);
  const files: LabelledFile[] = [];
  let empty = 0;
  for (let row = 0; row < table.rows; row++) {
    const name = textAt(fileColumn, row);
    const label = textAt(target, row);
    if (name === undefined || label === undefined) {
      empty++;
      continue;
    }
    const full = path.resolve(folder, name);
    if (path.relative(folder, full).startsWith('..'))
      throw bad(
        file,
        table.lines[row]!,
        `Line ${table.lines[row]}, column "${names.file}": "${name}" lies outside of the table's folder. Expected ${wanted.what} in or below it.`,
      );
    const values = Object.fromEntries(
      table.columns.filter(c => c !== fileColumn && c !== target).map(c => [c.name, textAt(c, row) ?? null]),
    );
    files.push({ name, full, label, values });
  }
  const notes = [...table.notes];
  if (empty > 0) notes.push(`${rowsOf(empty)} without a file or a target left out.`);
  if (files.length < 2)
    throw bad(file, undefined, `Only ${rowsOf(files.length)} can be used. Expected at least 2.`);
  return { folder, files, notes };
}

export function some(list: readonly string[]): string {
  return list.slice(0, 5).join(', ') + (list.length > 5 ? `, and ${list.length - 5} more` : '');
}

/** One sentence about what could not be read. */
export function brokenNote(
  broken: readonly { name: string; why: string }[],
  one: string,
  many: string,
): string {
  return `${broken.length === 1 ? `1 ${one}` : `${broken.length} ${many}`} left out: ${some(broken.map(b => `${b.name} (${b.why})`))}.`;
}
