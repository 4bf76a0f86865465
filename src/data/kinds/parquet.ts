/** Parquet files, as Arrow, pandas, Spark and DuckDB write them. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { readWhole } from '../bytes';
import type { DatasetKind } from '../dataset';
import { headsOf } from '../table/head';
import { tableFields } from '../table/options';
import { readParquet } from '../table/parquet';
import { asRows } from '../table/table';
import { TableDataset } from '../table/tableDataset';

export const parquetSchema = Type.Object(
  {
    kind: Type.Literal('parquet', {
      description: 'A Parquet file; fields of groups are columns like `user.age`, lists are left out.',
    }),
    ...tableFields,
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type ParquetOptions = Static<typeof parquetSchema>;

export const kind: DatasetKind = {
  id: 'parquet',
  title: 'Parquet',
  extensions: ['.parquet'],
  schema: parquetSchema,

  async load(options, context) {
    const given = options as ParquetOptions;
    const file = path.resolve(context.folder, given.file);
    const bytes = await readWhole(file, 'a Parquet file');
    const table = await readParquet(bytes, file, {
      keepText: new Set(given.categories),
      ...(context.signal && { signal: context.signal }),
    });
    const hash = createHash('sha256').update(bytes).digest('hex');
    return asRows(() => new TableDataset(table, given, hash, context.seed));
  },

  async columns(options, context) {
    const file = path.resolve(context.folder, (options as ParquetOptions).file);
    return headsOf(
      await readParquet(await readWhole(file, 'a Parquet file'), file, { maxRows: context.rows ?? 1000 }),
    );
  },
};
