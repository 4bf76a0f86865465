/** Columns that give the answer away: alone they determine the target, or nearly so. */
import { correlationRatio, pearson, ranks } from './statistics';

/** A column's cells: numbers with NaN, or categories with -1, where one is missing. */
export interface Cells {
  name: string;
  numbers?: Float64Array;
  codes?: Int32Array;
  texts?: readonly string[];
}

/** Of what guessing the most frequent class gets wrong, the share that a column that gives the answer away may get wrong too. */
const leastLeft = 0.02;
/** A correlation above is the same number in other units. */
const exact = 0.9999;
/** Fewer rows, or fewer that guessing gets wrong, fall into place by chance. */
const fewest = { rows: 40, mistakes: 5, each: 5 };
const mostClasses = 50;
/** Numbers with so few values are also read as categories. */
const mostKinds = 10;
/** What is looked at first: nearly all columns are done with after these rows. */
const glance = 250;

/**
 * Why a column's value leaves nothing to predict, in a sentence that says what to do; undefined where it does not.
 *
 * Classes: a range of a number for each class, or the most frequent class of each category, is right for all but 2 % of the
 * rows that guessing gets wrong. Numbers: a correlation (of values or ranks) above 0.9999, or categories with one value
 * each. Also found is the reverse, a column that was made from a number that is to be predicted.
 */
export function givenAway(column: Cells, target: Cells): string | undefined {
  const same = equals(column, target)
    ? `The column "${column.name}" equals the target "${target.name}" in every row: it gives the answer away.`
    : undefined;
  const classes = target.codes ? target : fewKinds(target);
  const what =
    same ?? (classes && ofClasses(column, classes)) ?? (target.numbers && ofNumbers(column, target));
  return what && `${what} Is it known before the target is? If not, put it into data.exclude.`;
}

/** Whether both have the same written in every row. */
function equals(a: Cells, b: Cells): boolean {
  const written = ({ numbers, codes, texts }: Cells, i: number) =>
    numbers ? String(numbers[i]) : texts![codes![i]!];
  const size = (b.numbers ?? b.codes!).length;
  for (let i = 0; i < size; i++) if (written(a, i) !== written(b, i)) return false;
  return size > 0;
}

function ofClasses(column: Cells, target: Cells): string | undefined {
  const classes = target.texts!.length;
  if (classes < 2 || classes > mostClasses) return undefined;
  const rows = bothThere(column, target);
  if (rows.length < Math.max(fewest.rows, target.codes!.length / 2)) return undefined;
  const looked = rows.filter((_, i) => i % Math.ceil(rows.length / glance) === 0);
  const first = mistakesOf(column, target, looked);
  // By few rows one cannot tell 2 % from nothing, but much more.
  if (first.best > Math.max(5, 5 * leastLeft * first.guessing)) return undefined;
  const { best, guessing } = looked.length < rows.length ? mistakesOf(column, target, rows) : first;
  if (guessing < fewest.mistakes || best > leastLeft * guessing) return undefined;
  if (best > 0)
    return `"${column.name}" alone tells the classes of "${target.name}" apart but for ${best} of ${rows.length} rows.`;
  return column.codes
    ? `Each value of "${column.name}" occurs with one class of "${target.name}" only: it gives the answer away.`
    : `"${column.name}" alone tells the classes of "${target.name}" apart without a mistake.`;
}

/** What the best reading of the column gets wrong in these rows, and what guessing the most frequent class does. */
function mistakesOf(
  column: Cells,
  target: Cells,
  rows: readonly number[],
): { best: number; guessing: number } {
  const size = target.texts!.length;
  const counts = new Map<number, Int32Array>();
  const all = new Int32Array(size);
  for (const i of rows) {
    const value = column.numbers?.[i] ?? column.codes![i]!;
    let own = counts.get(value);
    if (!own) {
      own = new Int32Array(size);
      counts.set(value, own);
    }
    own[target.codes![i]!]!++;
    all[target.codes![i]!]!++;
  }
  // As good as it gets with the most frequent class of each value, where values have several rows.
  const single =
    rows.length >= fewest.each * counts.size
      ? [...counts.values()].reduce((n, own) => n - Math.max(...own), rows.length)
      : rows.length;
  const ranges = column.numbers ? mistakesOfRanges(counts, all) : rows.length;
  return { best: Math.min(single, ranges), guessing: rows.length - Math.max(...all) };
}

/** The fewest rows that lie outside their class's range when each class has one, in the order of the classes' medians. */
function mistakesOfRanges(counts: ReadonlyMap<number, Int32Array>, all: Int32Array): number {
  const values = [...counts].sort(([a], [b]) => a - b).map(([, own]) => own);
  const seen = new Int32Array(all.length);
  const medians = new Float64Array(all.length).fill(Number.POSITIVE_INFINITY);
  values.forEach((own, at) => {
    own.forEach((n, c) => {
      seen[c]! += n;
      if (2 * seen[c]! >= all[c]! && medians[c] === Number.POSITIVE_INFINITY) medians[c] = at;
    });
  });
  const order = Array.from(all.keys()).sort((a, b) => medians[a]! - medians[b]!);
  // Fewest mistakes so far, if the range of the k-th class holds now.
  const best = new Float64Array(all.length);
  for (const own of values) {
    const rows = own.reduce((a, b) => a + b, 0);
    let before = Number.POSITIVE_INFINITY;
    for (const [k, c] of order.entries()) {
      before = Math.min(before, best[k]!);
      best[k] = before + rows - own[c]!;
    }
  }
  return Math.min(...best);
}

function ofNumbers(column: Cells, target: Cells): string | undefined {
  const rows = bothThere(column, target);
  const y = Float64Array.from(rows, i => target.numbers![i]!);
  if (column.numbers) {
    const x = Float64Array.from(rows, i => column.numbers![i]!);
    const r = pearson(x, y);
    if (Math.abs(r) > exact)
      return `"${column.name}" follows the target "${target.name}" exactly (correlation ${r.toFixed(5)}).`;
    const many = rows.length >= fewest.rows && Math.min(new Set(x).size, new Set(y).size) > mostClasses / 2;
    // Ranks agree only where values do, roughly.
    if (many && Math.abs(r) > 0.5 && Math.abs(pearson(ranks(x), ranks(y))) > exact)
      return `"${column.name}" rises and falls with the target "${target.name}" without exception.`;
  }
  if (rows.length < fewest.rows) return undefined;
  const kinds = new Map<string | number, number>();
  const codes = Int32Array.from(rows, i => {
    const value = column.numbers?.[i] ?? column.codes![i]!;
    if (!kinds.has(value)) kinds.set(value, kinds.size);
    return kinds.get(value)!;
  });
  if (kinds.size < 2 || rows.length < fewest.each * kinds.size) return undefined;
  if (correlationRatio(codes, y) > exact)
    return `Each value of "${column.name}" occurs with one value of "${target.name}" only: it gives the answer away.`;
  if (kinds.size > mostKinds || new Set(y).size <= 2 * kinds.size) return undefined;
  const texts = [...kinds.keys()].map(String);
  const { best, guessing } = mistakesOf({ name: '', numbers: y }, { name: '', codes, texts }, [
    ...rows.keys(),
  ]);
  return best === 0 && guessing >= fewest.mistakes
    ? `"${column.name}" follows from the target "${target.name}": ranges of it tell its values apart without a mistake.`
    : undefined;
}

/** A number with a few values, such as 0 and 1, as classes. */
function fewKinds({ name, numbers }: Cells): Cells | undefined {
  const kinds = new Map<number, number>();
  const codes = new Int32Array(numbers!.length).fill(-1);
  for (const [i, x] of numbers!.entries()) {
    if (Number.isNaN(x)) continue;
    if (!kinds.has(x) && kinds.size === mostKinds) return undefined;
    if (!kinds.has(x)) kinds.set(x, kinds.size);
    codes[i] = kinds.get(x)!;
  }
  return { name, codes, texts: [...kinds.keys()].map(String) };
}

function bothThere(column: Cells, target: Cells): number[] {
  const there = (c: Cells, i: number) => (c.numbers ? !Number.isNaN(c.numbers[i]!) : c.codes![i]! >= 0);
  const size = (target.numbers ?? target.codes!).length;
  return Array.from({ length: size }, (_, i) => i).filter(i => there(column, i) && there(target, i));
}
