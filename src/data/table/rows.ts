/** Which rows take part, and in which part. */
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import type { Split, TargetInfo } from '../dataset';
import { checkFolds, type Missing } from '../options';
import { splitRows } from '../split';
import type { TableOptions } from './options';
import { bad, type Column, columnNamed, type Table, textAt } from './table';
import { timesOf } from './times';
import { names, rowsOf } from './words';

/** Rows that take part. */
export function keepRows(
  table: Table,
  columns: readonly Column[],
  targetColumn: Column,
  targets: Float64Array,
  options: TableOptions,
  notes: string[],
  missingOf: (column: Column) => Missing = () => options.missing,
): Int32Array {
  const kept: number[] = [];
  const dropped: number[] = [];
  const noTarget: number[] = [];
  const withGaps = columns.filter(c => c.missing > 0);
  let filled = 0;
  for (let row = 0; row < table.rows; row++) {
    const gaps = withGaps.filter(c => textAt(c, row) === undefined);
    const empty = Number.isNaN(targets[row]!);
    const refused = gaps.find(c => missingOf(c) === 'error');
    if (refused || (empty && options.missing === 'error')) {
      const column = refused ?? targetColumn;
      const total = columns.reduce((n, c) => n + c.missing, targetColumn.missing);
      const line = table.lines[row]!;
      throw bad(
        table.file,
        line,
        `Line ${line}, column "${column.name}": the value is missing${total > 1 ? ` (one of ${total} missing values)` : ''}. Fill it in, or set data.missing to "drop", "mean", "median", "mode" or "constant".`,
      );
    }
    if (empty) noTarget.push(row);
    else if (gaps.some(c => missingOf(c) === 'drop')) dropped.push(row);
    else {
      kept.push(row);
      if (gaps.length > 0) filled++;
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
      `Missing values in ${rowsOf(filled)} were filled with ${fillsOf(withGaps.map(missingOf))} (${names(withGaps)}).`,
    );
  if (kept.length < 2)
    throw bad(
      table.file,
      undefined,
      `Only ${kept.length} of ${table.rows} rows can be used, too few to train on. Expected at least 2.`,
    );
  return Int32Array.from(kept);
}

function fillsOf(ways: readonly Missing[]): string {
  const words: Record<Missing, string> = {
    error: '',
    drop: '',
    mean: 'the mean or most frequent value of the training rows',
    median: 'the median or most frequent value of the training rows',
    mode: 'the most frequent value of the training rows',
    constant: 'a constant',
  };
  return [...new Set(ways.map(w => words[w]))].filter(w => w !== '').join(', or ');
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
  const folds = checkFolds(options.split);
  if (!folds && test + valid >= 1)
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
    ...(folds && { folds }),
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
  const times = timesOf(table, column, kept);
  // A stable sort: rows of the same time keep their order.
  return Int32Array.from(Array.from(kept.keys()).sort((a, b) => times[a]! - times[b]! || a - b));
}
