/** Who belongs to which group: by the values of a column, by quantiles of numbers, or by both of several columns. */
import type { Dataset } from '../../data/dataset';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { formatNumber } from '../answers/predict';
import { quantile } from './intervals';

export interface Grouping {
  columns: readonly string[];
  /** In a fixed order: by number, or by name. */
  names: readonly string[];
  /** Index into `names` by position in the asked rows. */
  of: Int32Array;
  /** What was done, e.g. how numbers were divided. */
  notes: readonly string[];
}

/** As many different numbers as these are groups themselves; more are divided. */
const mostNumbers = 6;
const mostGroups = 60;

/**
 * @param rows rows of the data set, in the order of the result.
 * @param bins parts that a column of many numbers is divided into; quantiles of the training rows.
 * @throws bad-request for a column that there is not, that is the target, that has one value only, or too many.
 */
export function groupRows(
  dataset: Dataset,
  columns: readonly string[],
  rows: ArrayLike<number>,
  bins: number,
): Grouping {
  if (columns.length === 0) throw new VitrineError('bad-request', 'Name at least one column to group by.');
  for (const [i, name] of columns.entries()) {
    checkColumn(dataset, name);
    if (columns.indexOf(name) !== i)
      throw new VitrineError('bad-request', `The column "${name}" is named twice.`);
  }
  const notes: string[] = [];
  const parts = columns.map(column => groupColumn(dataset, column, rows, bins, notes));
  if (parts.length === 1) return { columns, names: parts[0]!.names, of: parts[0]!.of, notes };
  const seen = new Map<string, number>();
  const key = (i: number) => parts.map(p => p.of[i]!).join();
  const order = Array.from({ length: rows.length }, (_, i) => i).sort((a, b) => {
    for (const p of parts) if (p.of[a] !== p.of[b]) return p.of[a]! - p.of[b]!;
    return a - b;
  });
  const names: string[] = [];
  for (const i of order) {
    if (seen.has(key(i))) continue;
    seen.set(key(i), names.length);
    names.push(parts.map(p => p.names[p.of[i]!]!).join(' & '));
  }
  checkCount(columns.join(' & '), names.length);
  return {
    columns,
    names,
    of: Int32Array.from({ length: rows.length }, (_, i) => seen.get(key(i))!),
    notes,
  };
}

function checkColumn(dataset: Dataset, name: string): void {
  const first = dataset.splits.train[0] ?? dataset.splits.test[0];
  const known = first === undefined ? [] : Object.keys(dataset.raw(first).values);
  if (name === dataset.target.name)
    throw new VitrineError(
      'bad-request',
      `"${name}" is what the model predicts. Group by another column: ${listed(known)}.`,
    );
  if (known.includes(name)) return;
  const near = nearest(name, known);
  throw new VitrineError(
    'bad-request',
    `There is no column "${name}" in ${dataset.name}.${near ? ` Did you mean "${near}"?` : ''} It has ${listed(known)}.`,
  );
}

function groupColumn(
  dataset: Dataset,
  column: string,
  rows: ArrayLike<number>,
  bins: number,
  notes: string[],
): { names: string[]; of: Int32Array } {
  const values = Array.from(rows, row => dataset.raw(row).values[column] ?? null);
  const present = values.filter(v => v !== null);
  const distinct = new Set(present);
  if (distinct.size <= 1 && present.length === values.length) {
    throw new VitrineError(
      'bad-request',
      distinct.size === 0
        ? `There are no rows to group by "${column}".`
        : `"${column}" is "${[...distinct][0]}" in all ${values.length} rows looked at: there are no groups to compare. Choose another column.`,
    );
  }
  const missing = '(missing)';
  if (present.length < values.length)
    notes.push(`${values.length - present.length} rows have no value in "${column}": a group of their own.`);
  const numbers = present.every(v => typeof v === 'number');
  if (numbers && distinct.size > mostNumbers) {
    const edges = edgesOf(dataset, column, bins);
    const labels = Array.from({ length: edges.length + 1 }, (_, i) => rangeName(edges, i));
    notes.push(
      `"${column}" has many values: its rows are divided at the training rows' quantiles ${edges.map(formatNumber).join(', ')}.`,
    );
    const of = values.map(v => (v === null ? labels.length : edges.filter(e => (v as number) > e).length));
    return compact([...labels, missing], of);
  }
  const names = [...distinct]
    .sort((a, b) => (numbers ? (a as number) - (b as number) : String(a) < String(b) ? -1 : 1))
    .map(String);
  checkCount(column, names.length);
  const index = new Map(names.map((n, i) => [n, i]));
  return compact(
    [...names, missing],
    values.map(v => (v === null ? names.length : index.get(String(v))!)),
  );
}

/** Inner edges between the bins; a row on an edge is below it. */
function edgesOf(dataset: Dataset, column: string, bins: number): number[] {
  const numbers = Array.from(dataset.splits.train, row => dataset.raw(row).values[column]).filter(
    v => typeof v === 'number',
  );
  const sorted = Float64Array.from(numbers).sort();
  const edges = Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
  return [...new Set(edges)].filter(e => e < sorted.at(-1)!);
}

function rangeName(edges: readonly number[], i: number): string {
  if (edges.length === 0) return 'all';
  if (i === 0) return `≤ ${formatNumber(edges[0]!)}`;
  if (i === edges.length) return `> ${formatNumber(edges.at(-1)!)}`;
  return `${formatNumber(edges[i - 1]!)} – ${formatNumber(edges[i]!)}`;
}

/** Leaves out groups without members. */
function compact(names: readonly string[], of: readonly number[]): { names: string[]; of: Int32Array } {
  const used = [...new Set(of)].sort((a, b) => a - b);
  return {
    names: used.map(i => names[i]!),
    of: Int32Array.from(of, i => used.indexOf(i)),
  };
}

function checkCount(column: string, count: number): void {
  if (count > mostGroups)
    throw new VitrineError(
      'bad-request',
      `"${column}" makes ${count} groups, too many to compare (${mostGroups} at most). Choose a column with fewer different values.`,
    );
}
