/** Delimited text: CSV, TSV and their relatives, as tables or as images whose pixels are columns. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled } from '../../model/errors';
import { isPacked, readBytes, readWhole } from '../bytes';
import type { Dataset, DatasetKind, LoadContext } from '../dataset';
import { decodeText, lineOfForeign, notText } from '../decode';
import { streamTable } from '../stream/load';
import { headsOf } from '../table/head';
import { tableFields } from '../table/options';
import { bad, readTable, readTableInPieces } from '../table/table';
import { TableDataset } from '../table/tableDataset';

/** Bytes of a table that is read at once; its cells take about five times as much. */
const maxInMemory = 256 * 1024 * 1024;
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
  extensions: ['.csv', '.tsv', '.tab', '.csv.gz', '.tsv.gz'],
  schema: csvSchema,

  async load(options, context) {
    return loadCsv(options as CsvOptions, context);
  },

  async columns(options, context) {
    const { file, delimiter } = options as CsvOptions;
    const full = path.resolve(context.folder, file);
    const { bytes, cut } = await readBytes(full, headBytes);
    let { text } = decoded(bytes, full, cut);
    // Half a line is no row.
    if (cut && text.includes('\n')) text = text.slice(0, text.lastIndexOf('\n'));
    const table = readTable(text, full, { delimiter, maxRows: context.rows ?? 1000, cut });
    return headsOf(table);
  },
};

async function loadCsv(options: CsvOptions, context: LoadContext): Promise<Dataset> {
  const file = path.resolve(context.folder, options.file);
  const size = await stat(file).then(
    info => (info.isFile() ? info.size : 0),
    () => 0,
  );
  if (size > (context.memory ?? maxInMemory) && !(await isPacked(file)))
    return streamTable(file, size, options, context);
  const bytes = await readWhole(file);
  throwIfCancelled(context.signal);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const { text, encoding } = decoded(bytes, file);
  const table = await readTableInPieces(text, file, {
    delimiter: options.delimiter,
    keepText: new Set(options.categories),
    signal: context.signal,
  });
  if (!encoding.startsWith('UTF-'))
    table.notes.push(
      `The file is not valid UTF-8 (first on line ${lineOfForeign(bytes)}); it was read as ${encoding === 'Windows-1252' ? 'Windows-1252 (Latin-1)' : encoding}. If its words look wrong, save it as UTF-8.`,
    );
  throwIfCancelled(context.signal);
  return new TableDataset(table, options, hash, context.seed);
}

function decoded(bytes: Uint8Array, file: string, cut = false) {
  const result = decodeText(bytes, cut);
  if (result) return result;
  const { line, message } = notText(bytes, 'Expected a delimited table.');
  throw bad(file, line, message);
}
