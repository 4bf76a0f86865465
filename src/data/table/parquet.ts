/** Parquet as a table. The format: https://parquet.apache.org/docs/file-format/ */
import { type FileMetaData, parquetMetadata, parquetReadObjects, type SchemaElement } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { throwIfCancelled } from '../../model/errors';
import { listed } from '../../model/suggest';
import { Builder, bad, type Column, maxColumns, type Table } from './table';
import { clip } from './words';

/** Cells, rows times columns, that are held at once. */
const maxCells = 200_000_000;
const piece = 20_000;
const maxDepth = 16;

export interface ParquetOptions {
  keepText?: ReadonlySet<string>;
  maxRows?: number;
  signal?: AbortSignal;
}

/**
 * Numbers, texts, booleans ("true", "false"), dates and times (ISO 8601). Fields of groups are columns named by their path,
 * "user.age"; columns of lists are left out, and that is noted.
 *
 * @throws VitrineError bad-data for a file that is damaged, too large or of lists alone.
 */
export async function readParquet(
  bytes: Uint8Array,
  file: string,
  options: ParquetOptions = {},
): Promise<Table> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = metadataOf(bytes, buffer, file);
  const { paths, lists } = columnsOf(metadata, file);
  const names = paths.map(p => p.join('.'));
  // What holds lists is not even unpacked.
  const columns = lists.length > 0 ? [...new Set(paths.map(p => p[0]!))] : undefined;
  const total = rowsIn(metadata, names.length, bytes.length, file);
  const rows = Math.min(total, options.maxRows ?? total);
  const builders = names.map(name => new Builder(name, options.keepText?.has(name) ?? false));
  for (let start = 0; start < rows; start += piece) {
    throwIfCancelled(options.signal);
    const end = Math.min(rows, start + piece);
    const read = await readRows(buffer, metadata, columns, start, end, file);
    if (read.length !== end - start)
      throw bad(
        file,
        undefined,
        `The file says that it has ${total} rows, but rows ${start} to ${end - 1} cannot be read. It is damaged; write it again.`,
      );
    read.forEach((values, i) => {
      const row = start + i;
      names.forEach((name, c) => {
        builders[c]!.add(row, cellText(valueAt(values, paths[c]!), row, name, file));
      });
    });
  }
  return {
    file,
    delimiter: '\t',
    columns: builders.map((b): Column => b.finish(rows, '\t')),
    rows,
    lines: Int32Array.from({ length: rows }, (_, i) => i + 1),
    notes: lists.length > 0 ? [leftOut(lists)] : [],
  };
}

function leftOut(lists: readonly string[]): string {
  const few = lists.length === 1;
  return `The ${few ? 'column' : 'columns'} ${listed(lists.map(n => clip(n)))} ${few ? 'holds' : 'hold'} lists and ${few ? 'was' : 'were'} left out: give each value a column of its own.`;
}

function valueAt(values: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = values;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
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

/** The paths of the columns with single values, and the names of those that hold lists. */
function columnsOf(metadata: FileMetaData, file: string): { paths: string[][]; lists: string[] } {
  const [root, ...elements] = metadata.schema;
  if (elements.length === 0 || elements.length > maxColumns)
    throw bad(file, undefined, `The file has ${elements.length} columns; expected 1 to ${maxColumns}.`);
  const paths: string[][] = [];
  const lists: string[] = [];
  const left = [...elements].reverse();
  for (let i = root?.num_children ?? elements.length; i > 0 && left.length > 0; i--) {
    const leaves = leavesOf(left, []);
    if (leaves.some(l => l.list)) lists.push(leaves[0]!.path[0]!);
    else paths.push(...leaves.map(l => l.path));
  }
  if (paths.length === 0)
    throw bad(
      file,
      undefined,
      `All columns (${listed(lists.map(n => clip(n)))}) hold lists. Give each value a column of its own.`,
    );
  const names = paths.map(p => p.join('.'));
  const twice = names.find((n, i) => names.indexOf(n) !== i);
  if (twice !== undefined)
    throw bad(file, undefined, `Two columns are named "${clip(twice)}". Give each its own name.`);
  return { paths, lists };
}

interface Leaf {
  path: string[];
  list: boolean;
}

/** Takes one column, whatever is nested in it, off the end of the schema's elements, which stand in reverse. */
function leavesOf(left: SchemaElement[], above: readonly string[]): Leaf[] {
  const element = left.pop()!;
  const path = [...above, element.name];
  const list = element.repetition_type === 'REPEATED';
  const children = element.num_children ?? 0;
  // A file may claim any depth.
  if (children === 0 || path.length > maxDepth) return [{ path, list: list || children > 0 }];
  const leaves: Leaf[] = [];
  for (let i = 0; i < children && left.length > 0; i++) leaves.push(...leavesOf(left, path));
  return leaves.map(l => ({ ...l, list: l.list || list }));
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
  columns: string[] | undefined,
  rowStart: number,
  rowEnd: number,
  file: string,
): Promise<Record<string, unknown>[]> {
  try {
    return await parquetReadObjects({
      file: buffer,
      metadata,
      compressors,
      rowStart,
      rowEnd,
      ...(columns && { columns }),
    });
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
