/** Rows of a file as raw values by column, for a model that knows how to prepare them. */
import path from 'node:path';
import { VitrineError } from '../../model/errors';
import { readNpy } from '../arrays/npy';
import { npzNames, readNpz } from '../arrays/npz';
import { tableOfArrays } from '../arrays/table';
import { readWhole } from '../bytes';
import { decodeText } from '../decode';
import { readJsonl } from './jsonl';
import { readParquet } from './parquet';
import { readTable, type Table, textAt } from './table';

export type RawRow = Record<string, string | number | null>;

/**
 * The table of a file by its ending: .jsonl, .ndjson, .json, .parquet, .npy, .npz (its array "X", or the only one), else
 * delimited text.
 *
 * @param keepText columns whose cells keep their spelling.
 * @throws file-not-found; bad-data when the file is no table.
 */
export async function readTableFile(
  file: string,
  keepText: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<Table> {
  const full = path.resolve(file);
  const bytes = await readWhole(full);
  const options = { keepText, ...(signal && { signal }) };
  const name = full.replace(/\.gz$/i, '');
  switch (path.extname(name).toLowerCase()) {
    case '.parquet':
      return readParquet(bytes, full, options);
    case '.npy':
      return tableOfArrays(full, readNpy(bytes, full, path.basename(full)));
    case '.npz': {
      const names = npzNames(bytes, full);
      const name = names.length === 1 ? names[0]! : 'X';
      return tableOfArrays(full, readNpz(bytes, full, [name])[0]!);
    }
  }
  const decoded = decodeText(bytes);
  if (!decoded)
    throw new VitrineError('bad-data', `${file} is not text. Expected a table.`, { at: { file: full } });
  return /\.(jsonl|ndjson|json)$/i.test(name)
    ? readJsonl(decoded.text, full, options)
    : readTable(decoded.text, full, options);
}

/** The rows of a table as values by column. */
export function rawRowsOf(table: Table): RawRow[] {
  return Array.from({ length: table.rows }, (_, row) =>
    // No prototype: a column may have any name.
    table.columns.reduce<RawRow>((values, column) => {
      values[column.name] = textAt(column, row) ?? null;
      return values;
    }, Object.create(null)),
  );
}
