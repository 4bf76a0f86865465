/** Parquet as a table. The format: https://parquet.apache.org/docs/file-format/ */
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { throwIfCancelled } from '../../model/errors';
import { Builder, bad, type Column, maxColumns, type Table } from './table';
import { clip } from './words';

/** Cells, rows times columns, that are held at once. */
const maxCells = 200_000_000;
const piece = 20_000;

export interface ParquetOptions {
  keepText?: ReadonlySet<string>;
  maxRows?: number;
  signal?: AbortSignal;
}

/**
 * Numbers, texts, booleans ("true", "false"), dates and times (ISO 8601) of flat columns.
 *
 * @throws VitrineError bad-data for a file that is damaged, nested or too large.
 */
export async function readParquet(
  bytes: Uint8Array,
  file: string,
  options: ParquetOptions = {},
): Promise<Table> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = metadataOf(bytes, buffer, file);
  const names = columnNames(metadata, file);
  const total = rowsIn(metadata, names.length, bytes.length, file);
  const rows = Math.min(total, options.maxRows ?? total);
  const builders = names.map(name => new Builder(name, options.keepText?.has(name) ?? false));
  for (let start = 0; start < rows; start += piece) {
    throwIfCancelled(options.signal);
    const end = Math.min(rows, start + piece);
    const read = await readRows(buffer, metadata, start, end, file);
    if (read.length !== end - start)
      throw bad(
        file,
        undefined,
        `The file says that it has ${total} rows, but rows ${start} to ${end - 1} cannot be read. It is damaged; write it again.`,
      );
    read.forEach((values, i) => {
      const row = start + i;
      names.forEach((name, c) => {
        builders[c]!.add(row, cellText(values[name], row, name, file));
      });
    });
  }
  return {
    file,
    delimiter: '\t',
    columns: builders.map((b): Column => b.finish(rows, '\t')),
    rows,
    lines: Int32Array.from({ length: rows }, (_, i) => i + 1),
    notes: [],
  };
}

const damaged = 'It is damaged or not a Parquet file; write it again.';

function metadataOf(bytes: Uint8Array, buffer: ArrayBuffer, file: string): FileMetaData {
  const mark = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4));
  if (bytes.length < 12 || mark(0) !== 'PAR1' || mark(bytes.length - 4) !== 'PAR1')
    throw bad(file, undefined, `The file does not begin and end with "PAR1". ${damaged}`);
  const footer = new DataView(buffer).getUint32(bytes.length - 8, true);
  if (footer > bytes.length - 12)
    throw bad(
      file,
      undefined,
      `The footer says that it is ${footer} bytes long, but the file has only ${bytes.length}. ${damaged}`,
    );
  try {
    return parquetMetadata(buffer);
  } catch (e) {
    throw bad(file, undefined, `The footer cannot be read (${why(e)}). ${damaged}`);
  }
}

function columnNames(metadata: FileMetaData, file: string): string[] {
  const [, ...elements] = metadata.schema;
  if (elements.length === 0 || elements.length > maxColumns)
    throw bad(file, undefined, `The file has ${elements.length} columns; expected 1 to ${maxColumns}.`);
  const nested = elements.find(e => (e.num_children ?? 0) > 0 || e.repetition_type === 'REPEATED');
  if (nested)
    throw bad(
      file,
      undefined,
      `The column "${clip(nested.name)}" is nested (a list or a group). Expected plain columns: give each of its values a column of its own.`,
    );
  const names = elements.map(e => e.name);
  const twice = names.find((n, i) => names.indexOf(n) !== i);
  if (twice !== undefined)
    throw bad(file, undefined, `Two columns are named "${clip(twice)}". Give each its own name.`);
  return names;
}

function rowsIn(metadata: FileMetaData, columns: number, bytes: number, file: string): number {
  const rows = Number(metadata.num_rows);
  const inGroups = metadata.row_groups.reduce((n, g) => n + Number(g.num_rows), 0);
  if (!Number.isSafeInteger(rows) || rows !== inGroups || rows < 0)
    throw bad(
      file,
      undefined,
      `The file says that it has ${rows} rows, but its parts have ${inGroups}. ${damaged}`,
    );
  if (rows === 0) throw bad(file, undefined, 'The file has columns but no rows. Add data to it.');
  if (rows * columns > maxCells)
    throw bad(
      file,
      undefined,
      `The file says that it has ${rows} rows of ${columns} columns; at most ${maxCells} values are read at once. Divide it.`,
    );
  for (const group of metadata.row_groups)
    for (const { meta_data: m } of group.columns) {
      const packed = Number(m?.total_compressed_size ?? 0);
      const whole = Number(m?.total_uncompressed_size ?? 0);
      if (packed > bytes || whole > 8 * maxCells)
        throw bad(
          file,
          undefined,
          `The column "${clip(m?.path_in_schema.join('.') ?? '')}" says that it takes ${packed} bytes, ${whole} unpacked, in a file of ${bytes}. ${damaged}`,
        );
    }
  return rows;
}

async function readRows(
  buffer: ArrayBuffer,
  metadata: FileMetaData,
  rowStart: number,
  rowEnd: number,
  file: string,
): Promise<Record<string, unknown>[]> {
  try {
    return await parquetReadObjects({ file: buffer, metadata, compressors, rowStart, rowEnd });
  } catch (e) {
    throw bad(file, undefined, `Rows ${rowStart} to ${rowEnd - 1} cannot be read (${why(e)}). ${damaged}`);
  }
}

function cellText(value: unknown, row: number, name: string, file: string): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (typeof value !== 'object') return String(value);
  throw bad(
    file,
    undefined,
    `Row ${row + 1}, column "${clip(name)}": found bytes or an object, expected a number or a text.`,
  );
}

/** What the library says; where it stumbled over what it read, its words are the engine's and tell nobody anything. */
function why(e: unknown): string {
  return e instanceof TypeError || e instanceof RangeError
    ? 'its parts contradict each other'
    : clip((e as Error).message);
}
