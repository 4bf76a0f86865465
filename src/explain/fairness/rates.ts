/** Rates of a two-class decision, from its four counts. */

/** Counts of a decision against the truth. */
export interface Counts {
  tp: number;
  fp: number;
  fn: number;
  tn: number;
}

/** Rates by the names that scikit-learn and Fairlearn use. `null` where the denominator is zero. */
export const rateIds = [
  'selection_rate',
  'base_rate',
  'accuracy',
  'true_positive_rate',
  'false_positive_rate',
  'true_negative_rate',
  'false_negative_rate',
  'precision',
] as const;
export type RateId = (typeof rateIds)[number];

/** [numerator, denominator] of each rate. */
const fractions: Record<RateId, (c: Counts) => readonly [number, number]> = {
  selection_rate: c => [c.tp + c.fp, sizeOf(c)],
  base_rate: c => [c.tp + c.fn, sizeOf(c)],
  accuracy: c => [c.tp + c.tn, sizeOf(c)],
  true_positive_rate: c => [c.tp, c.tp + c.fn],
  false_positive_rate: c => [c.fp, c.fp + c.tn],
  true_negative_rate: c => [c.tn, c.fp + c.tn],
  false_negative_rate: c => [c.fn, c.tp + c.fn],
  precision: c => [c.tp, c.tp + c.fp],
};

export function sizeOf({ tp, fp, fn, tn }: Counts): number {
  return tp + fp + fn + tn;
}

/** Numerator and denominator, for intervals. */
export function fractionOf(rate: RateId, counts: Counts): readonly [number, number] {
  return fractions[rate](counts);
}

export function rateOf(rate: RateId, counts: Counts): number | null {
  const [k, n] = fractions[rate](counts);
  return n > 0 ? k / n : null;
}

/** Counts over these rows; `truth` and `decision` are 1 for the positive class. */
export function countsOf(
  truth: ArrayLike<number>,
  decision: ArrayLike<number>,
  rows?: ArrayLike<number>,
): Counts {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  const n = rows?.length ?? truth.length;
  for (let i = 0; i < n; i++) {
    const r = rows ? rows[i]! : i;
    if (decision[r]) counts[truth[r] ? 'tp' : 'fp']++;
    else counts[truth[r] ? 'fn' : 'tn']++;
  }
  return counts;
}
