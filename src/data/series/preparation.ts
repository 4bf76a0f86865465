/** What was learned of a series' columns, and its use on other windows. */
import { type Static, Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { Tensor } from '../../model/graph';
import type { FeatureInfo, SavedPreparation, TargetInfo } from '../dataset';
import { stateSchemaOf } from '../savedState';
import { blockRows } from '../stream/rowBlocks';
import { featureOf, foundIn, numberColumnSchema, numberIn, scaled } from '../table/numberColumn';
import { readTableFile } from '../table/rawRows';
import { type Column, columnNamed, numberAt, type Table, textAt } from '../table/table';
import { seriesOf } from './windows';

export const stateSchema = stateSchemaOf('series', {
  time: Type.Optional(Type.String()),
  series: Type.Optional(Type.String()),
  length: Type.Integer({ minimum: 1, maximum: 100_000 }),
  layout: Type.Union([Type.Literal('steps'), Type.Literal('channels')]),
  missing: Type.Union([Type.Literal('error'), Type.Literal('previous')]),
  columns: Type.Array(numberColumnSchema, { minItems: 1, maxItems: 65_536 }),
  target: Type.Object({
    name: Type.String(),
    kind: Type.Union([Type.Literal('classes'), Type.Literal('number')]),
    classes: Type.Optional(Type.Array(Type.String(), { minItems: 2 })),
    shape: Type.Optional(Type.Array(Type.Integer({ minimum: 1 }))),
  }),
});

export type SeriesState = Static<typeof stateSchema>;
type Raw = Record<string, string | number | null>;

/** `missing: "previous"`: the value before it in its series; NaN where there is none before it. */
export function filled(column: Column, rows: Int32Array, how: SeriesState['missing']): Float64Array {
  const values = Float64Array.from(rows, row => numberAt(column, row));
  if (how === 'previous')
    for (let i = 1; i < values.length; i++) if (Number.isNaN(values[i]!)) values[i] = values[i - 1]!;
  return values;
}

export class SeriesPreparation implements SavedPreparation {
  readonly sampleShape: readonly number[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;

  constructor(readonly state: SeriesState) {
    const { length, layout, columns, target } = state;
    this.sampleShape = layout === 'steps' ? [length, columns.length] : [columns.length, length];
    const features: FeatureInfo[] = [];
    for (let i = 0; i < length * columns.length; i++) {
      const { step, column } = this.placeOf(i);
      const of = columns[column]!;
      features.push({ ...featureOf(of, cellName(of.name, length - 1 - step), i), from: of.name });
    }
    this.features = features;
    this.target = {
      name: target.name,
      kind: target.kind,
      ...(target.classes && { classes: target.classes }),
      ...(target.shape && { shape: target.shape }),
    };
  }

  /** Which step and which column an entry of a flattened sample is. */
  placeOf(entry: number): { step: number; column: number } {
    const { length, layout, columns } = this.state;
    return layout === 'steps'
      ? { step: Math.floor(entry / columns.length), column: entry % columns.length }
      : { step: entry % length, column: Math.floor(entry / length) };
  }

  prepare(rows: readonly Readonly<Raw>[]): Tensor {
    const width = this.features.length;
    const data = new Float32Array(rows.length * width);
    rows.forEach((row, r) => {
      this.features.forEach(({ name }, i) => {
        const column = this.state.columns[this.placeOf(i).column]!;
        const cell = row[name];
        const x = numberIn(cell, column);
        if (!Number.isFinite(x))
          throw new VitrineError(
            'bad-data',
            `Row ${r + 1}, "${name}": found ${foundIn(cell, 'no such value')}, expected a number. A row has a value of each column for each of the ${this.state.length} steps; "${cellName(column.name, 0)}" is the newest.`,
          );
        data[r * width + i] = scaled(x, column);
      });
    });
    return { shape: [rows.length, ...this.sampleShape], data };
  }

  /** Every window of a table, named by its newest row; what comes after the last one may be missing. */
  async readRows(file: string, signal?: AbortSignal): Promise<Raw[]> {
    const out: Raw[] = [];
    for await (const rows of this.rowBlocks(file, signal)) for (const row of rows) out.push(row);
    return out;
  }

  /** A window repeats its rows as often as it is long: all windows at once are far more than the table. */
  async *rowBlocks(file: string, signal?: AbortSignal): AsyncGenerator<Raw[]> {
    const { time, series, length, columns } = this.state;
    const labels = [time, series].filter(n => n !== undefined);
    const table = await readTableFile(file, new Set(labels), signal);
    const when = time === undefined ? undefined : columnNamed(table, time, 'data.time');
    const whose = series === undefined ? undefined : columnNamed(table, series, 'data.series');
    const used = columns.map(c => columnNamed(table, c.name, 'data.features'));
    let out: Raw[] = [];
    let any = false;
    for (const { rows } of seriesOf(table, when, whose)) {
      const values = used.map(column => filled(column, rows, this.state.missing));
      for (let from = 0; from + length <= rows.length; from++) {
        const newest = rows[from + length - 1]!;
        const row: Raw = this.labelsOf(table, newest);
        this.features.forEach(({ name }, i) => {
          const { step, column } = this.placeOf(i);
          const x = values[column]![from + step]!;
          row[name] = Number.isNaN(x) ? (textAt(used[column]!, rows[from + step]!) ?? null) : x;
        });
        out.push(row);
        if (out.length < blockRows) continue;
        throwIfCancelled(signal);
        any = true;
        yield out;
        out = [];
      }
    }
    if (out.length > 0) yield out;
    else if (!any)
      throw new VitrineError(
        'bad-data',
        `No series has the ${length} rows that the model looks at. Give at least ${length} rows that follow each other.`,
        { at: { file } },
      );
  }

  /** What says which row it is: its time and its series. */
  labelsOf(table: Table, row: number): Raw {
    const out: Raw = {};
    for (const name of [this.state.time, this.state.series]) {
      const column = name === undefined ? undefined : table.columns.find(c => c.name === name);
      if (column) out[column.name] = textAt(column, row) ?? null;
    }
    return out;
  }
}

/** The name of a column's value so many steps before the newest. */
export function cellName(column: string, before: number): string {
  return before === 0 ? `${column}[t]` : `${column}[t-${before}]`;
}
