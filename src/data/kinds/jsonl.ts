/** JSON: one object a line, or a list of objects. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { readBytes, readWhole } from '../bytes';
import type { DatasetKind } from '../dataset';
import { decodeText } from '../decode';
import { headsOf } from '../table/head';
import { isJsonList, readJsonl } from '../table/jsonl';
import { tableFields } from '../table/options';
import { bad } from '../table/table';
import { TableDataset } from '../table/tableDataset';

const headBytes = 1024 * 1024;

export const jsonlSchema = Type.Object(
  {
    kind: Type.Literal('jsonl', {
      description: 'JSON Lines: an object on each line; or JSON: a list of objects.',
    }),
    ...tableFields,
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type JsonlOptions = Static<typeof jsonlSchema>;

export const kind: DatasetKind = {
  id: 'jsonl',
  title: 'JSON Lines, JSON',
  extensions: ['.jsonl', '.ndjson', '.jsonl.gz', '.json'],
  schema: jsonlSchema,

  async load(options, context) {
    const given = options as JsonlOptions;
    const file = path.resolve(context.folder, given.file);
    const bytes = await readWhole(file);
    const table = readJsonl(textOf(bytes, file), file, {
      keepText: new Set(given.categories),
      ...(context.signal && { signal: context.signal }),
    });
    return new TableDataset(table, given, createHash('sha256').update(bytes).digest('hex'), context.seed);
  },

  async columns(options, context) {
    const file = path.resolve(context.folder, (options as JsonlOptions).file);
    const { bytes, cut } = await readBytes(file, headBytes);
    let text = textOf(bytes, file, cut);
    // Half a line is no row; half a list is none either.
    if (cut && isJsonList(text)) text = textOf(await readWhole(file), file);
    else if (cut && text.includes('\n')) text = text.slice(0, text.lastIndexOf('\n'));
    return headsOf(readJsonl(text, file, { maxRows: context.rows ?? 1000 }));
  },
};

function textOf(bytes: Uint8Array, file: string, cut = false): string {
  const decoded = decodeText(bytes, cut);
  if (!decoded)
    throw bad(file, undefined, 'The file is not text (it contains zero bytes). Expected JSON Lines.');
  return decoded.text;
}
