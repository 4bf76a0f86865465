/** Values that stand for "not known", as registries and questionnaires write them: -9, 999, "unknown". */
import type { TableOptions } from './options';
import type { Table } from './table';
import { isMissing, parseNumber } from './values';

export type MissingCodes = readonly (string | number)[];

/** What the experiment says of one column, and of all. */
export function codesFor(
  { missingValues = [], columns }: Pick<TableOptions, 'missingValues' | 'columns'>,
  name: string,
): MissingCodes | undefined {
  const own = columns && Object.hasOwn(columns, name) ? (columns[name]!.missingValues ?? []) : [];
  const all = [...new Set([...own, ...missingValues])];
  return all.length > 0 ? all : undefined;
}

/** Whether a cell says that its value is not known. Numbers are compared as numbers: "-9,0" is -9 where the comma is the decimal. */
export function isCode(
  codes: MissingCodes | undefined,
  cell: string | number | null | undefined,
  decimal: '.' | ',' = '.',
): boolean {
  if (!codes || cell === null || cell === undefined) return false;
  const text = String(cell).trim();
  const number = typeof cell === 'number' ? cell : parseNumber(text, decimal);
  return codes.some(c => (typeof c === 'number' ? c === number : c === text));
}

/** Nothing, or what means that in the column. */
export function isGap(
  value: string | number | null | undefined,
  column: { missingValues?: MissingCodes; decimal: '.' | ',' },
): value is null | undefined | '' {
  return isMissing(value) || isCode(column.missingValues, value, column.decimal);
}

/** Empties the cells of a table that was just read and that hold such a value. */
export function emptyCodes(
  table: Table,
  options: Pick<TableOptions, 'missingValues' | 'columns' | 'target'>,
): void {
  for (const column of table.columns) {
    const codes = codesFor(options, column.name);
    // What is predicted is never guessed away by what holds for all columns.
    if (!codes || (column.name === options.target && !options.columns?.[column.name]?.missingValues))
      continue;
    for (let row = 0; row < table.rows; row++) {
      const text = column.texts?.[row];
      const x = column.numbers[row]!;
      const there = text !== undefined || !Number.isNaN(x);
      if (!there || !isCode(codes, text ?? x, column.decimal)) continue;
      if (!Number.isNaN(text === undefined ? x : parseNumber(text, column.decimal))) column.numeric--;
      if (column.texts) column.texts[row] = undefined;
      column.numbers[row] = Number.NaN;
      column.missing++;
    }
  }
}

const below = new Set(
  ['7', '8', '9'].flatMap(digit => [1, 2, 3, 4, 5].map(times => -Number(digit.repeat(times)))),
);
const above = new Set(
  ['7', '8', '9'].flatMap(digit => [2, 3, 4, 5, 6].map(times => Number(digit.repeat(times)))),
);
/** Fewer different values are kinds rather than amounts. */
const leastOthers = 5;

/**
 * The values of a column of numbers that look like codes for "not known": written with one digit again and again
 * (-9, 99, 888), found at least twice, and apart from all others: below zero where no other value is, or further above
 * the others than these are from each other. NaN is no value.
 */
export function codesAmong(numbers: ArrayLike<number>): number[] {
  const counts = new Map<number, number>();
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  const others = new Set<number>();
  const candidates = new Set<number>();
  for (let i = 0; i < numbers.length; i++) {
    const x = numbers[i]!;
    if (Number.isNaN(x)) continue;
    if (below.has(x) || above.has(x)) {
      candidates.add(x);
      counts.set(x, (counts.get(x) ?? 0) + 1);
      continue;
    }
    if (others.size < leastOthers) others.add(x);
    if (x < least) least = x;
    if (x > most) most = x;
  }
  if (others.size < leastOthers) return [];
  // An age of 77 among others is one of them.
  for (const x of [...candidates].sort((a, b) => a - b)) {
    if (x < 0 ? least >= 0 : x - most > most - least) continue;
    candidates.delete(x);
    if (x < least) least = x;
    if (x > most) most = x;
  }
  return [...candidates].filter(x => counts.get(x)! >= 2).sort((a, b) => a - b);
}
