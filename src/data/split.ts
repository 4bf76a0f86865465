/** Dividing rows into training, validation and test. */
import { Random } from '../model/random';
import type { Split } from './dataset';

export interface SplitRequest {
  /** How many rows there are to divide; the result speaks of 0 … rows - 1. */
  rows: number;
  test: number;
  valid: number;
  seed: number;
  /** Class of each row: keeps their proportions. */
  classes?: Int32Array;
  /** Group of each row: no group is divided. */
  groups?: Int32Array;
  /** Cross-validation: one of so many parts of the same size is the test, whatever `test` says. */
  folds?: { of: number; index: number };
  /** Rows are divided in this order instead of by chance: the first train, the last test. */
  order?: Int32Array;
}

/**
 * Divides rows by the seed; each part in ascending order (in time's order with `order`).
 *
 * Sizes are scikit-learn's (`train_test_split`, `StratifiedShuffleSplit`): the test gets ceil(test · rows), and the
 * classes of a part are allotted by largest remainder, what is trained on being rounded in its favour.
 */
export function splitRows(request: SplitRequest): Record<Split, Int32Array> {
  const { rows, seed, classes, groups, order, folds } = request;
  const testRows = share(folds ? 1 / folds.of : request.test, rows);
  const validRows = Math.min(share(request.valid, rows), rows - testRows);
  if (order) {
    const cut = rows - testRows - validRows;
    return {
      train: order.slice(0, cut),
      valid: order.slice(cut, cut + validRows),
      test: order.slice(cut + validRows),
    };
  }
  const random = new Random(seed, 'split');
  if (folds) return splitFolds(request, folds, random);
  if (groups) return splitGroups(groups, testRows, validRows, random);
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  const [rest, test] = cutOff(all, testRows, classes, random);
  const [train, valid] = cutOff(rest, validRows, classes, random);
  return { train: train.sort(), valid: valid.sort(), test: test.sort() };
}

/**
 * Every row, or group of rows, is in the test of exactly one fold. Classes go around the folds one after the other, so
 * that each fold has its share of each; groups, the largest first, each into the fold that has the fewest rows.
 */
function splitFolds(
  { rows, valid, classes, groups }: SplitRequest,
  { of, index }: { of: number; index: number },
  random: Random,
): Record<Split, Int32Array> {
  const shuffled = random.permutation(rows);
  const foldOf = new Int32Array(rows);
  if (groups) {
    const members = new Map<number, number[]>();
    for (const row of shuffled) {
      const list = members.get(groups[row]!);
      if (list) list.push(row);
      else members.set(groups[row]!, [row]);
    }
    const sizes = new Array<number>(of).fill(0);
    for (const list of [...members.values()].sort((a, b) => b.length - a.length)) {
      const fold = sizes.indexOf(Math.min(...sizes));
      sizes[fold]! += list.length;
      for (const row of list) foldOf[row] = fold;
    }
  } else {
    const inClasses = classes ? shuffled.sort((a, b) => classes[a]! - classes[b]!) : shuffled;
    inClasses.forEach((row, i) => {
      foldOf[row] = i % of;
    });
  }
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  const test = all.filter(row => foldOf[row] === index);
  const rest = all.filter(row => foldOf[row] !== index);
  const validRows = Math.min(share(valid, rows), rest.length);
  if (groups) {
    const local = Int32Array.from(rest, r => groups[r]!);
    const parts = splitGroups(local, validRows, 0, random);
    return { train: parts.train.map(i => rest[i]!), valid: parts.test.map(i => rest[i]!), test };
  }
  const [train, taken] = cutOff(rest, validRows, classes, random);
  return { train: train.sort(), valid: taken.sort(), test };
}

/** Takes `count` rows out by chance: what stays and what was taken. */
function cutOff(
  rows: Int32Array,
  count: number,
  classes: Int32Array | undefined,
  random: Random,
): [Int32Array, Int32Array] {
  const shuffled = random.shuffle(rows.slice());
  if (!classes) return [shuffled.slice(count), shuffled.slice(0, count)];
  const total = rows.reduce((n, r) => Math.max(n, classes[r]! + 1), 0);
  const counts = new Array<number>(total).fill(0);
  for (const r of rows) counts[classes[r]!]!++;
  const left = allot(counts, rows.length - count);
  const stay: number[] = [];
  const taken: number[] = [];
  for (const r of shuffled) (left[classes[r]!]!-- > 0 ? stay : taken).push(r);
  return [Int32Array.from(stay), Int32Array.from(taken)];
}

/** Divides `total` over classes in proportion to `counts`, by largest remainder; never more than a class has. */
export function allot(counts: readonly number[], total: number): number[] {
  const sum = counts.reduce((a, b) => a + b, 0);
  const exact = counts.map(c => (sum === 0 ? 0 : (c * total) / sum));
  const out = exact.map(Math.floor);
  let left = total - out.reduce((a, b) => a + b, 0);
  const byRemainder = exact
    .map((x, i) => ({ i, remainder: x - Math.floor(x) }))
    .sort((a, b) => b.remainder - a.remainder || a.i - b.i);
  for (const { i } of byRemainder) {
    if (left === 0) break;
    if (out[i]! < counts[i]!) {
      out[i]!++;
      left--;
    }
  }
  return out;
}

function splitGroups(
  groups: Int32Array,
  testRows: number,
  validRows: number,
  random: Random,
): Record<Split, Int32Array> {
  const members = new Map<number, number[]>();
  groups.forEach((g, row) => {
    const list = members.get(g);
    if (list) list.push(row);
    else members.set(g, [row]);
  });
  const names = random.shuffle([...members.keys()]);
  // A group goes into a part while that brings the part nearer to its size.
  const take = (wanted: number): Int32Array => {
    const out: number[] = [];
    for (let i = 0; i < names.length && out.length < wanted; ) {
      const rows = members.get(names[i]!)!;
      if (Math.abs(out.length + rows.length - wanted) < Math.abs(out.length - wanted)) {
        out.push(...rows);
        names.splice(i, 1);
      } else i++;
    }
    return Int32Array.from(out).sort();
  };
  const test = take(testRows);
  const valid = take(validRows);
  const train = Int32Array.from(names.flatMap(g => members.get(g)!)).sort();
  return { train, valid, test };
}

function share(fraction: number, rows: number): number {
  // 0.07 · 100 is 7.000000000000001, which is not meant to be 8.
  return Math.ceil(fraction * rows - 1e-9);
}
