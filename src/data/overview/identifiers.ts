/** Columns that only name the row: no value of them tells anything about another row, or about a group of rows. */
import type { Dataset } from '../dataset';
import { evenly } from '../evenly';

/** Fewer rows do not tell a name from a value that happens to be different each time. */
const enoughRows = 50;
/** Rows that are looked at for it, at most. */
const mostRows = 500;

/** Whether texts of which so many are different name their rows. */
export function textsNameRows(distinct: number, rows: number): boolean {
  return rows >= enoughRows && distinct > 0.95 * rows;
}

/**
 * Whether numbers count the rows: whole, all different, and in order or close together.
 *
 * @param x in the order of the rows.
 * @param of how many rows they are drawn from.
 */
export function numbersNameRows(x: ArrayLike<number>, of = x.length): boolean {
  const all = Float64Array.from(x);
  if (all.length < enoughRows || !all.every(Number.isInteger)) return false;
  if (new Set(all).size < all.length) return false;
  const sorted = Float64Array.from(all).sort();
  const inOrder = all.every((value, i) => i === 0 || value > all[i - 1]!);
  return inOrder || sorted.at(-1)! - sorted[0]! < 2 * of;
}

const known = new WeakMap<Dataset, readonly string[]>();

/** Columns of the source that name its rows, whether or not they are features. */
export function identifiersOf(dataset: Dataset): readonly string[] {
  const found = known.get(dataset) ?? find(dataset);
  known.set(dataset, found);
  return found;
}

function find(dataset: Dataset): string[] {
  const { train, valid, test } = dataset.splits;
  const total = train.length + valid.length + test.length;
  const rows = evenly(Int32Array.from(train).sort(), mostRows);
  if (rows.length < enoughRows) return [];
  const columns = new Map<string, (string | number)[]>();
  for (const row of rows)
    for (const [name, value] of Object.entries(dataset.raw(row).values)) {
      if (value === null || value === '') continue;
      const values = columns.get(name);
      if (values) values.push(value);
      else columns.set(name, [value]);
    }
  return [...columns].flatMap(([name, values]) => {
    const numbers = values.filter(v => typeof v === 'number');
    const named =
      numbers.length === values.length
        ? numbersNameRows(numbers, total)
        : textsNameRows(new Set(values).size, values.length);
    return named && name !== dataset.target.name ? [name] : [];
  });
}
