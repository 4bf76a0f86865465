/** Rows of a file as raw values, for a model that knows how to prepare them. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { decodeText } from '../data/decode';
import type { Preparation } from '../data/preparation';
import { readTable, textAt } from '../data/table/table';
import { VitrineError } from '../model/errors';

const maxBytes = 500 * 1024 * 1024;

/**
 * The rows of a delimited file, with the columns that the preparation wants as text in the file's own spelling.
 *
 * @throws file-not-found; bad-data when the file is no table.
 */
export async function readRawRows(
  file: string,
  preparation: Preparation,
  signal?: AbortSignal,
): Promise<Record<string, string | null>[]> {
  const full = path.resolve(file);
  const info = await stat(full).catch(() => undefined);
  if (!info?.isFile())
    throw new VitrineError('file-not-found', `There is no file ${file}.`, { at: { file: full } });
  if (info.size > maxBytes) {
    throw new VitrineError(
      'bad-data',
      `${file} is larger than ${maxBytes / 1024 / 1024} MB. Cut it into parts.`,
      {
        at: { file: full },
      },
    );
  }
  const decoded = decodeText(await readFile(full));
  if (!decoded)
    throw new VitrineError('bad-data', `${file} is not text. Expected a delimited table.`, {
      at: { file: full },
    });
  const categories = preparation.state.columns.filter(c => c.kind === 'category').map(c => c.name);
  const table = readTable(decoded.text, full, { keepText: new Set(categories), ...(signal && { signal }) });
  return Array.from({ length: table.rows }, (_, row) =>
    // No prototype: a column may have any name.
    table.columns.reduce<Record<string, string | null>>((values, column) => {
      values[column.name] = textAt(column, row) ?? null;
      return values;
    }, Object.create(null)),
  );
}
