/** Which rows take part, and in which part. */
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import type { Split, TargetInfo } from '../dataset';
import { splitRows } from '../split';
import type { TableOptions } from './options';
import { bad, type Column, columnNamed, looksNumeric, numberAt, type Table, textAt } from './table';
import { clip, names, rowsOf } from './words';

/** Rows that take part. */
export function keepRows(
  table: Table,
  columns: readonly Column[],
  targetColumn: Column,
  targets: Float64Array,
  options: TableOptions,
  notes: string[],
): Int32Array {
  const kept: number[] = [];
  const dropped: number[] = [];
  const noTarget: number[] = [];
  const withGaps = columns.filter(c => c.missing > 0);
  let filled = 0;
  for (let row = 0; row < table.rows; row++) {
    const gap = withGaps.find(c => textAt(c, row) === undefined);
    const empty = Number.isNaN(targets[row]!);
    if ((gap || empty) && options.missing === 'error') {
      const column = gap ?? targetColumn;
      const total = columns.reduce((n, c) => n + c.missing, targetColumn.missing);
      const line = table.lines[row]!;
      throw bad(
        table.file,
        line,
        `Line ${line}, column "${column.name}": the value is missing${total > 1 ? ` (one of ${total} missing values)` : ''}. Fill it in, or set data.missing to "drop" or "mean".`,
      );
    }
    if (empty) noTarget.push(row);
    else if (gap && options.missing === 'drop') dropped.push(row);
    else {
      kept.push(row);
      if (gap) filled++;
    }
  }
  const lines = (rows: readonly number[]) =>
    `line${rows.length === 1 ? '' : 's'} ${rows
      .slice(0, 5)
      .map(r => table.lines[r])
      .join(', ')}${rows.length > 5 ? ', …' : ''}`;
  if (dropped.length > 0)
    notes.push(`${rowsOf(dropped.length)} with a missing value left out (${lines(dropped)}).`);
  if (noTarget.length > 0)
    notes.push(`${rowsOf(noTarget.length)} without a target left out (${lines(noTarget)}).`);
  if (filled > 0)
    notes.push(
      `Missing values in ${rowsOf(filled)} were filled with the mean or most frequent value of the training rows (${names(withGaps)}).`,
    );
  if (kept.length < 2)
    throw bad(
      table.file,
      undefined,
      `Only ${kept.length} of ${table.rows} rows can be used, too few to train on. Expected at least 2.`,
    );
  return Int32Array.from(kept);
}

export function divide(
  table: Table,
  kept: Int32Array,
  options: TableOptions,
  target: TargetInfo,
  targets: Float64Array,
  seed: number,
  notes: string[],
): Record<Split, Int32Array> {
  const { test, valid, stratify, group, time } = options.split;
  if (test + valid >= 1)
    throw new VitrineError(
      'bad-experiment',
      `data.split gives ${test} to the test and ${valid} to validation: nothing is left to train on. Their sum must be below 1.`,
    );
  if (group !== undefined && time !== undefined)
    throw new VitrineError('bad-experiment', 'data.split names both a group and a time column. Remove one.');
  const classes =
    stratify && target.kind === 'classes' && group === undefined && time === undefined
      ? Int32Array.from(kept, row => targets[row]!)
      : undefined;
  const parts = splitRows({
    rows: kept.length,
    test,
    valid,
    seed,
    classes,
    groups:
      group === undefined ? undefined : groupsOf(columnNamed(table, group, 'in data.split.group'), kept),
    order:
      time === undefined ? undefined : orderOf(table, columnNamed(table, time, 'in data.split.time'), kept),
  });
  if (parts.train.length === 0)
    throw bad(
      table.file,
      undefined,
      `No row of ${kept.length} is left to train on. Lower data.split.test and data.split.valid, or use more data.`,
    );
  for (const [part, share] of [
    ['test', test],
    ['valid', valid],
  ] as const)
    if (share > 0 && parts[part].length === 0)
      notes.push(
        `The ${part === 'test' ? 'test' : 'validation'} part is empty: there are too few rows or groups.`,
      );
  const splits = {
    train: parts.train.map(i => kept[i]!),
    valid: parts.valid.map(i => kept[i]!),
    test: parts.test.map(i => kept[i]!),
  };
  if (target.kind === 'classes') {
    const seen = new Set(Array.from(splits.train, row => targets[row]!));
    const unseen = target.classes!.filter((_, i) => !seen.has(i));
    if (unseen.length > 0)
      notes.push(`No training row is of the ${unseen.length === 1 ? 'class' : 'classes'} ${listed(unseen)}.`);
  }
  return splits;
}

function groupsOf(column: Column, kept: Int32Array): Int32Array {
  const codes = new Map<string, number>();
  return Int32Array.from(kept, row => {
    const text = textAt(column, row) ?? '';
    let code = codes.get(text);
    if (code === undefined) {
      code = codes.size;
      codes.set(text, code);
    }
    return code;
  });
}

function orderOf(table: Table, column: Column, kept: Int32Array): Int32Array {
  const numeric = looksNumeric(column, table.rows);
  const times = Float64Array.from(kept, row => {
    const text = textAt(column, row);
    const x = numeric ? numberAt(column, row) : text === undefined ? Number.NaN : parseTime(text);
    if (Number.isNaN(x)) {
      const line = table.lines[row]!;
      throw bad(
        table.file,
        line,
        `Line ${line}, column "${column.name}": ${text === undefined ? 'the time is missing' : `found "${clip(text)}"`}, expected a number or a date like 2026-01-31 or 2026-01-31T12:00 to order the rows by.`,
      );
    }
    return x;
  });
  // A stable sort: rows of the same time keep their order.
  return Int32Array.from(Array.from(kept.keys()).sort((a, b) => times[a]! - times[b]! || a - b));
}

/** ISO 8601 dates; without a zone they are taken as UTC, so that the order is the same on every machine. */
function parseTime(text: string): number {
  const m =
    /^(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?)?(Z|[+-]\d\d:?\d\d)?$/.exec(
      text,
    );
  if (!m) return Number.NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone = 'Z'] = m;
  const utc = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute) + Number(second) * 1000;
  const offset = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  const minutes = offset ? (offset[1] === '-' ? -1 : 1) * (+offset[2]! * 60 + +offset[3]!) : 0;
  return +month! > 12 || +day! > 31 ? Number.NaN : utc - minutes * 60_000;
}
