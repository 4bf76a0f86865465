/** Whether probabilities mean what they say: of those told 70 %, do 70 % turn out so? */

export interface Calibration {
  /** Mean predicted probability, and how often it turned out so. */
  mean_predicted: number;
  observed: number;
  /** Mean squared error of the probability (G. W. Brier, 1950). */
  brier_score: number;
  /** Expected calibration error over ten bins of equal width (Naeini, Cooper, Hauskrecht, AAAI 2015). */
  expected_calibration_error: number;
  /** The reliability diagram's points: bins that have rows. */
  bins: readonly { predicted: number; observed: number; count: number }[];
}

/**
 * Bins as scikit-learn's `calibration_curve(strategy="uniform")`: equally wide from 0 to 1, each with its upper edge.
 *
 * @param truth 1 for the positive class. @param probability of the positive class. @param rows which; all if absent.
 */
export function calibrationOf(
  truth: ArrayLike<number>,
  probability: ArrayLike<number>,
  rows: ArrayLike<number> = Int32Array.from({ length: truth.length }, (_, i) => i),
  bins = 10,
): Calibration | undefined {
  const n = rows.length;
  if (n === 0) return undefined;
  const sums = Array.from({ length: bins }, () => ({ p: 0, y: 0, n: 0 }));
  let p = 0;
  let y = 0;
  let squared = 0;
  for (let i = 0; i < n; i++) {
    const q = probability[rows[i]!]!;
    const t = truth[rows[i]!] ? 1 : 0;
    // scikit-learn searches the inner edges from the left: a probability on an edge belongs to the bin below it.
    let b = 0;
    while (b < bins - 1 && q > (b + 1) / bins) b++;
    const bin = sums[b]!;
    bin.p += q;
    bin.y += t;
    bin.n++;
    p += q;
    y += t;
    squared += (q - t) ** 2;
  }
  const filled = sums.filter(b => b.n > 0);
  return {
    mean_predicted: p / n,
    observed: y / n,
    brier_score: squared / n,
    expected_calibration_error: filled.reduce((s, b) => s + Math.abs(b.p - b.y) / n, 0),
    bins: filled.map(b => ({ predicted: b.p / b.n, observed: b.y / b.n, count: b.n })),
  };
}
