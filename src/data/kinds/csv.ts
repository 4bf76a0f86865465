/** Delimited text: CSV, TSV and their relatives, as tables or as images whose pixels are columns. */
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { ColumnHead, Dataset, DatasetKind, LoadContext } from '../dataset';
import { decodeText } from '../decode';
import { tableFields } from '../table/options';
import {
  bad,
  type Column,
  looksNumeric,
  numberAt,
  readTable,
  readTableInPieces,
  textAt,
} from '../table/table';
import { TableDataset } from '../table/tableDataset';

/** The longest text that a JavaScript engine holds is about 512 MiB. */
const maxBytes = 500 * 1024 * 1024;
/** What `columns` looks at. */
const headBytes = 1024 * 1024;

export const csvSchema = Type.Object(
  {
    kind: Type.Literal('csv', { description: 'Delimited text with a header line.' }),
    ...tableFields,
    delimiter: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1,
        description: 'What separates the values: found by looking if left out.',
        examples: [',', ';', '\t', '|'],
      }),
    ),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

export type CsvOptions = Static<typeof csvSchema>;

export const kind: DatasetKind = {
  id: 'csv',
  title: 'Table (CSV, TSV)',
  extensions: ['.csv', '.tsv', '.tab'],
  schema: csvSchema,

  async load(options, context) {
    return loadCsv(options as CsvOptions, context);
  },

  async columns(options, context) {
    const { file, delimiter } = options as CsvOptions;
    const full = path.resolve(context.folder, file);
    const { bytes, cut } = await readBytes(full, headBytes);
    let { text } = decoded(bytes, full);
    // Half a line is no row.
    if (cut && text.includes('\n')) text = text.slice(0, text.lastIndexOf('\n'));
    const table = readTable(text, full, { delimiter, maxRows: 1000, cut });
    return table.columns.map(c => head(c, table.rows));
  },
};

function head(column: Column, rows: number): ColumnHead {
  const numeric = looksNumeric(column, rows);
  const distinct = new Set<string>();
  let integers = numeric;
  for (let i = 0; i < rows; i++) {
    const text = textAt(column, i);
    if (text !== undefined && distinct.size < 1000) distinct.add(text);
    const x = numberAt(column, i);
    if (!Number.isNaN(x) && !Number.isInteger(x)) integers = false;
  }
  return {
    name: column.name,
    kind: numeric ? 'number' : 'category',
    integers,
    distinct: distinct.size,
    rows,
    examples: [...distinct].slice(0, 5),
  };
}

async function loadCsv(options: CsvOptions, context: LoadContext): Promise<Dataset> {
  const file = path.resolve(context.folder, options.file);
  const { bytes } = await readBytes(file, maxBytes + 1);
  if (bytes.length > maxBytes)
    throw bad(
      file,
      undefined,
      `The file is larger than ${maxBytes / 1024 / 1024} MB, more than can be read at once.`,
    );
  throwIfCancelled(context.signal);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const { text, encoding } = decoded(bytes, file);
  const table = await readTableInPieces(text, file, {
    delimiter: options.delimiter,
    keepText: new Set(options.categories),
    signal: context.signal,
  });
  if (encoding === 'Windows-1252')
    table.notes.push('The file is not valid UTF-8; it was read as Windows-1252 (Latin-1).');
  throwIfCancelled(context.signal);
  return new TableDataset(table, options, hash, context.seed);
}

async function readBytes(file: string, limit: number): Promise<{ bytes: Uint8Array; cut: boolean }> {
  // Opening a pipe would wait for its writer.
  const info = await stat(file).catch(() => undefined);
  if (info && !info.isFile())
    throw bad(file, undefined, 'Expected a file with a table, found something else, e.g. a folder.');
  const handle = await open(file).catch((e: NodeJS.ErrnoException) => {
    throw new VitrineError(
      'file-not-found',
      e.code === 'ENOENT'
        ? `The data file "${path.basename(file)}" does not exist. Check data.file in the experiment.`
        : `The data file "${path.basename(file)}" cannot be opened (${e.code}).`,
      { at: { file } },
    );
  });
  try {
    const total = (await handle.stat()).size;
    const size = Math.min(total, limit);
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const { bytesRead } = await handle.read(bytes, done, size - done, done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return { bytes: bytes.subarray(0, done), cut: total > size };
  } finally {
    await handle.close();
  }
}

function decoded(bytes: Uint8Array, file: string) {
  const result = decodeText(bytes);
  if (!result)
    throw bad(file, undefined, 'The file is not text (it contains zero bytes). Expected a delimited table.');
  return result;
}
