/** Rows that follow each other in time, cut into windows. */
import { VitrineError } from '../../model/errors';
import type { Split } from '../dataset';
import { type Column, type Table, textAt } from '../table/table';
import { timesOf } from '../table/times';

export interface Series {
  /** What the `series` column says; "" where all rows are one series. */
  name: string;
  /** The table's rows in the order of time. */
  rows: Int32Array;
}

export interface Window {
  series: number;
  /** Place of its first row in the series. */
  from: number;
  /** Places in the series of the first and last row whose target it has. */
  first: number;
  last: number;
}

export interface WindowSizes {
  length: number;
  horizon: number;
  steps: number;
  stride: number;
}

/** The table's rows by series, each in the order of time; rows of one time keep their order. @throws bad-data */
export function seriesOf(table: Table, time: Column | undefined, name: Column | undefined): Series[] {
  const all = Int32Array.from({ length: table.rows }, (_, row) => row);
  const times = time && timesOf(table, time, all);
  const found = new Map<string, number[]>();
  for (const row of all) {
    const key = name ? (textAt(name, row) ?? '') : '';
    const list = found.get(key);
    if (list) list.push(row);
    else found.set(key, [row]);
  }
  return [...found].map(([key, rows]) => ({
    name: key,
    rows: Int32Array.from(times ? rows.sort((a, b) => times[a]! - times[b]! || a - b) : rows),
  }));
}

/**
 * The windows of each series and the part that each falls into. Each series is cut at the same shares of its length: a
 * window belongs to the part that its target lies in, and is left out where the target reaches across a cut, so that
 * nothing of a later part is ever trained on. What comes before a target may lie in the part before.
 *
 * @throws VitrineError bad-experiment
 */
export function windowsOf(
  series: readonly Series[],
  { length, horizon, steps, stride }: WindowSizes,
  split: { test: number; valid: number },
): { windows: Window[]; splits: Record<Split, Int32Array>; trainedRows: Int32Array } {
  if (split.test + split.valid >= 1)
    throw new VitrineError(
      'bad-experiment',
      `data.split gives ${split.test} to the test and ${split.valid} to validation: nothing is left to train on. Their sum must be below 1.`,
    );
  const windows: Window[] = [];
  const parts: Record<Split, number[]> = { train: [], valid: [], test: [] };
  const trained: number[] = [];
  for (const [index, { rows }] of series.entries()) {
    const valid = Math.round(rows.length * (1 - split.test - split.valid));
    const test = Math.round(rows.length * (1 - split.test));
    const partOf = (place: number): Split => (place < valid ? 'train' : place < test ? 'valid' : 'test');
    for (let from = 0; ; from += stride) {
      const first = from + length - 1 + horizon;
      const last = first + steps - 1;
      if (last >= rows.length) break;
      const part = partOf(last);
      if (partOf(first) !== part) continue;
      parts[part].push(windows.length);
      windows.push({ series: index, from, first, last });
    }
    for (const row of rows.subarray(0, valid)) trained.push(row);
  }
  return {
    windows,
    splits: {
      train: Int32Array.from(parts.train),
      valid: Int32Array.from(parts.valid),
      test: Int32Array.from(parts.test),
    },
    trainedRows: Int32Array.from(trained),
  };
}
