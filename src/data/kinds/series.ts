/** Windows over time: what came before says what comes next, or what is going on. */

import { createHash } from 'node:crypto';
import path from 'node:path';
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import { readWhole } from '../bytes';
import type { Dataset, DatasetKind, LoadContext, RawSample, Split } from '../dataset';
import { splitsByRow } from '../divide';
import { balancedWeights, classWeightsSchema, targetTypeSchema } from '../options';
import { roomFor } from '../room';
import { savedAs, savedState } from '../savedState';
import { cellName, filled, SeriesPreparation, stateSchema } from '../series/preparation';
import { type Series, seriesOf, type Window, windowsOf } from '../series/windows';
import { checkNumbers } from '../table/features';
import { headsOf } from '../table/head';
import { type NumberColumn, scaled } from '../table/numberColumn';
import { readTableFile } from '../table/rawRows';
import { scaling, summarise } from '../table/scaling';
import { asRows, bad, type Column, columnNamed, looksNumeric, numberAt, type Table } from '../table/table';
import { readTarget } from '../table/target';

export const seriesSchema = Type.Object(
  {
    kind: Type.Literal('series', {
      description:
        'A table whose rows follow each other in time. The model sees a window of rows and predicts a column of the rows after it.',
    }),
    file: Type.String({
      minLength: 1,
      description: 'A table with a row for each time (CSV, JSON Lines, Parquet), relative to this file.',
    }),
    target: Type.String({ minLength: 1, description: 'The column to predict.' }),
    targetType: Type.Optional(targetTypeSchema),
    time: Type.Optional(
      Type.String({
        minLength: 1,
        description: 'The column that orders the rows, numbers or dates; the order of the file if left out.',
      }),
    ),
    series: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The column that says which series a row belongs to, e.g. the station. No window reaches across.',
      }),
    ),
    features: Type.Optional(
      Type.Array(Type.String(), {
        minItems: 1,
        uniqueItems: true,
        description:
          'Columns of numbers that the model sees, in this order. All columns of numbers if left out, the target among them.',
      }),
    ),
    length: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 24,
      description: 'Rows that the model sees.',
    }),
    horizon: Type.Integer({
      minimum: 0,
      maximum: 100_000,
      default: 1,
      description:
        'How many rows after the last one that it sees the target lies; 0 is that row itself, for a class that says what is going on.',
    }),
    steps: Type.Integer({
      minimum: 1,
      maximum: 10_000,
      default: 1,
      description: 'How many rows are predicted, from the horizon on: the model gives a number for each.',
    }),
    stride: Type.Integer({
      minimum: 1,
      default: 1,
      description: 'Rows from the start of one window to that of the next.',
    }),
    layout: Type.Union(
      [
        Type.Literal('steps', {
          description: '(length, columns): recurrent nets with batch_first, transformers.',
        }),
        Type.Literal('channels', { description: '(columns, length): nn.Conv1d.' }),
      ],
      { default: 'steps', description: 'The shape of a sample.' },
    ),
    scale: Type.Union(
      [
        Type.Literal('standard', {
          description: 'Mean 0 and standard deviation 1 over the rows of the training part.',
        }),
        Type.Literal('minmax', { description: '0 for their smallest and 1 for their largest value.' }),
        Type.Literal('robust', {
          description: 'Median 0 and their middle half within a width of 1: outliers do not count.',
        }),
        Type.Literal('none', { description: 'Numbers as they are.' }),
      ],
      { default: 'standard', description: 'How the columns that the model sees are scaled.' },
    ),
    missing: Type.Union(
      [
        Type.Literal('error', {
          description: 'A missing value stops loading and is named by line and column.',
        }),
        Type.Literal('previous', { description: 'The value before it in its series stands in.' }),
      ],
      { default: 'error', description: 'What to do with missing values among what the model sees.' },
    ),
    classWeights: classWeightsSchema,
    split: Type.Object(
      {
        test: Type.Number({
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0.2,
          description: 'Share of each series, its newest rows, for the test.',
        }),
        valid: Type.Number({
          minimum: 0,
          exclusiveMaximum: 1,
          default: 0.1,
          description: 'Share of each series, before the test, that each epoch is validated on.',
        }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'How each series is cut: the oldest rows train, the newest test.',
      },
    ),
  },
  { additionalProperties: false, description: 'The data to train and test with.' },
);

type SeriesOptions = Static<typeof seriesSchema>;

export const kind: DatasetKind = {
  id: 'series',
  title: 'Series over time (windows of a table)',
  extensions: [],
  schema: seriesSchema,

  load(options, context) {
    return loadSeries(options as SeriesOptions, context);
  },

  async columns(options, context) {
    const { file } = options as SeriesOptions;
    return headsOf(await readTableFile(path.resolve(context.folder, file), new Set()));
  },

  restore(state) {
    return new SeriesPreparation(savedState(stateSchema, state, 'series'));
  },
};

async function loadSeries(options: SeriesOptions, context: LoadContext): Promise<Dataset> {
  const file = path.resolve(context.folder, options.file);
  const labels = [options.time, options.series].filter(n => n !== undefined);
  const table = await readTableFile(file, new Set(labels), context.signal);
  throwIfCancelled(context.signal);
  const time = options.time === undefined ? undefined : columnNamed(table, options.time, 'data.time');
  const whose = options.series === undefined ? undefined : columnNamed(table, options.series, 'data.series');
  const target = columnNamed(table, options.target, 'the target');
  const columns = featuresOf(table, options, [time, whose], target);
  const notes = [...table.notes];
  const { info, values } = asRows(() => readTarget(table, target, options, notes));
  if (info.kind === 'classes' && options.steps > 1)
    throw new VitrineError(
      'bad-experiment',
      `data.steps is ${options.steps}, but the target "${target.name}" is a class, of which one is predicted. Set data.steps to 1.`,
    );
  if (options.horizon === 0 && columns.includes(target))
    throw new VitrineError(
      'bad-experiment',
      `data.horizon is 0 and "${target.name}" is among what the model sees: it would only have to copy it. Name other columns in data.features, or set data.horizon to 1.`,
    );
  const series = seriesOf(table, time, whose);
  const { windows, splits, trainedRows } = windowsOf(series, options, options.split);
  const needed = options.length + Math.max(0, options.horizon + options.steps - 1);
  if (splits.train.length === 0)
    throw bad(
      file,
      undefined,
      `No window fits into the training part: a window and its target are ${needed} rows long, the longest series has ${series.reduce((n, s) => Math.max(n, s.rows.length), 0)} rows. Lower data.length, or use more data.`,
    );
  const short = series.filter(s => s.rows.length < needed).length;
  if (short > 0)
    notes.push(`${short} of ${series.length} series are shorter than ${needed} rows and were left out.`);
  const shape = options.steps > 1 ? { shape: [options.steps] } : {};
  const plan = new SeriesPreparation({
    ...savedAs('series'),
    ...(time && { time: time.name }),
    ...(whose && { series: whose.name }),
    length: options.length,
    layout: options.layout,
    missing: options.missing,
    columns: columns.map(column => learned(column, trainedRows, options.scale)),
    target: {
      name: info.name,
      kind: info.kind,
      ...(info.classes && { classes: [...info.classes] }),
      ...shape,
    },
  });
  const hash = createHash('sha256')
    .update(await readWhole(file))
    .digest('hex');
  return new SeriesDataset(table, plan, series, windows, splits, columns, values, options, notes, hash);
}

/** @throws bad-data for a text among numbers; bad-experiment when no column is left */
function featuresOf(
  table: Table,
  { features }: SeriesOptions,
  labels: readonly (Column | undefined)[],
  target: Column,
): Column[] {
  const columns = features
    ? features.map(name => columnNamed(table, name, 'in data.features'))
    : table.columns.filter(c => !labels.includes(c) && looksNumeric(c, table.rows));
  if (columns.length === 0)
    throw new VitrineError(
      'bad-experiment',
      `No column of numbers is left to predict "${target.name}" from. Name the columns in data.features.`,
    );
  checkNumbers(table, columns);
  return columns;
}

function learned(column: Column, rows: Int32Array, scale: SeriesOptions['scale']): NumberColumn {
  const there = Float64Array.from(rows, row => numberAt(column, row)).filter(x => !Number.isNaN(x));
  const summary = summarise(there.length > 0 ? there : Float64Array.of(0));
  const { shift, scale: by } = scaling(scale, summary);
  const { mean, std, min, max } = summary;
  return { name: column.name, decimal: column.decimal, shift, scale: by, mean, std, min, max };
}

class SeriesDataset implements Dataset {
  readonly modality = 'series';
  readonly name: string;
  readonly sampleShape;
  readonly features;
  readonly target;
  /** Of each series, each column's values in the order of time. */
  private readonly values: readonly (readonly Float64Array[])[];
  private readonly splitOf: Map<number, Split>;

  constructor(
    private readonly table: Table,
    private readonly plan: SeriesPreparation,
    private readonly series: readonly Series[],
    private readonly windows: readonly Window[],
    readonly splits: Readonly<Record<Split, Int32Array>>,
    columns: readonly Column[],
    private readonly targets: Float64Array,
    { missing, classWeights }: SeriesOptions,
    readonly notes: readonly string[],
    readonly hash: string,
  ) {
    this.name = path.basename(table.file);
    this.sampleShape = plan.sampleShape;
    this.features = plan.features;
    this.splitOf = splitsByRow(splits);
    this.values = series.map(s => columns.map(column => filled(column, s.rows, missing)));
    this.check(columns);
    const classes = plan.target.classes;
    this.target =
      classWeights && classes
        ? {
            ...plan.target,
            classWeights: balancedWeights(
              Array.from(splits.train, row => this.targetsOf(row)[0]!),
              classes.length,
            ),
          }
        : plan.target;
  }

  batch(rows: ArrayLike<number>, into?: Float32Array): { input: Tensor; targets: Tensor } {
    const width = this.features.length;
    const steps = this.target.shape?.[0] ?? 1;
    const classes = this.target.kind === 'classes';
    const data = roomFor(rows.length * width, into);
    const targets = classes ? new Int32Array(rows.length) : new Float32Array(rows.length * steps);
    for (let i = 0; i < rows.length; i++) {
      this.splitAt(rows[i]!);
      const { series, from } = this.windows[rows[i]!]!;
      for (let entry = 0; entry < width; entry++) {
        const { step, column } = this.plan.placeOf(entry);
        data[i * width + entry] = scaled(
          this.values[series]![column]![from + step]!,
          this.plan.state.columns[column]!,
        );
      }
      targets.set(this.targetsOf(rows[i]!), i * steps);
    }
    return {
      input: { shape: [rows.length, ...this.sampleShape], data },
      targets: { shape: classes ? [rows.length] : [rows.length, steps], data: targets },
    };
  }

  raw(row: number): RawSample {
    const split = this.splitAt(row);
    const { series, from } = this.windows[row]!;
    const { length, columns } = this.plan.state;
    const values = this.plan.labelsOf(this.table, this.series[series]!.rows[from + length - 1]!);
    columns.forEach(({ name }, column) => {
      for (let step = 0; step < length; step++)
        values[cellName(name, length - 1 - step)] = this.values[series]![column]![from + step]!;
    });
    // Of several steps the first stands for them.
    const first = this.targetsOf(row)[0]!;
    return { row, split, values, target: this.target.classes?.[first] ?? first };
  }

  prepare(rows: Parameters<Dataset['prepare']>[0]): Tensor {
    return this.plan.prepare(rows);
  }

  preparation(): unknown {
    return this.plan.state;
  }

  private targetsOf(row: number): number[] {
    const { series, first, last } = this.windows[row]!;
    return Array.from(this.series[series]!.rows.subarray(first, last + 1), r => this.targets[r]!);
  }

  /** @throws bad-data for the first value that is not there, among inputs and targets */
  private check(columns: readonly Column[]): void {
    const { length, missing } = this.plan.state;
    const fail = (row: number, column: string, advice: string): never => {
      const line = this.table.lines[row]!;
      throw bad(this.table.file, line, `Line ${line}, column "${column}": the value is missing. ${advice}`);
    };
    // Windows overlap, and follow each other in a series: each place is looked at once.
    const seen = new Map<number, number>();
    for (const { series, from, first, last } of this.windows) {
      const { rows } = this.series[series]!;
      const begin = Math.max(from, seen.get(series) ?? 0);
      seen.set(series, from + length);
      for (const [c, column] of columns.entries())
        for (let place = begin; place < from + length; place++)
          if (Number.isNaN(this.values[series]![c]![place]!))
            fail(
              rows[place]!,
              column.name,
              missing === 'error'
                ? 'Fill it in, or set data.missing to "previous".'
                : 'There is none before it in its series. Fill it in, or remove the first rows.',
            );
      for (let place = first; place <= last; place++)
        if (Number.isNaN(this.targets[rows[place]!]!))
          fail(rows[place]!, this.plan.target.name, 'It is to be predicted. Fill it in, or remove the rows.');
    }
  }

  private splitAt(row: number): Split {
    const split = this.splitOf.get(row);
    if (split !== undefined) return split;
    throw new VitrineError('bad-request', `"${this.name}" has no window ${row}.`);
  }
}
