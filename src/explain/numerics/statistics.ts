/** Small statistics that explanations and their judges share. */
import { ranks } from '../../data/overview/statistics';

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length > 0 ? sum / values.length : 0;
}

/** Standard deviation of the population (divided by n), as NumPy has it by default. */
export function deviation(values: ArrayLike<number>): number {
  const m = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - m) ** 2;
  return values.length > 0 ? Math.sqrt(sum / values.length) : 0;
}

/** Spearman's rank correlation; 0 where one side does not vary. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return pearson(ranks(a), ranks(b));
}

/** Pearson's correlation; 0 where one side does not vary. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const ma = mean(a);
  const mb = mean(b);
  let ab = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    ab += (a[i]! - ma) * (b[i]! - mb);
    aa += (a[i]! - ma) ** 2;
    bb += (b[i]! - mb) ** 2;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/**
 * How much of two fields of numbers they have in common, 0 to 1: the weighted Jaccard index (Ruzicka 1958), where numbers
 * of opposite sign have nothing in common; 0 where both are zero everywhere.
 */
export function overlap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let shared = 0;
  let all = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    const alike = x * y > 0;
    shared += alike ? Math.min(Math.abs(x), Math.abs(y)) : 0;
    all += alike ? Math.max(Math.abs(x), Math.abs(y)) : Math.abs(x) + Math.abs(y);
  }
  return all > 0 ? shared / all : 0;
}

/** Indices by falling value; equal values in their order. */
export function descending(values: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[b]! - values[a]! || a - b,
  );
}

/** Area under equally spaced points over [0, 1] by the trapezoid rule; x are their places. */
export function area(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 1; i < x.length; i++) sum += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return sum;
}

/** Euclidean norm. */
export function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
  return Math.sqrt(sum);
}
