/** Measures of how columns go together, and how far two samples of one column are apart. */

/** K. Pearson's correlation of the pairs of which both are there; NaN where one of them never changes. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let n = 0;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]!) || Number.isNaN(b[i]!)) continue;
    n++;
    meanA += (a[i]! - meanA) / n;
    meanB += (b[i]! - meanB) / n;
  }
  let aa = 0;
  let bb = 0;
  let ab = 0;
  for (let i = 0; i < a.length; i++) {
    if (Number.isNaN(a[i]!) || Number.isNaN(b[i]!)) continue;
    const x = a[i]! - meanA;
    const y = b[i]! - meanB;
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  return aa > 0 && bb > 0 ? Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb))) : Number.NaN;
}

/** Ranks from 1; equal values share the mean of their ranks. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Int32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => values[a]! - values[b]!,
  );
  const out = new Float64Array(values.length);
  for (let i = 0; i < order.length; ) {
    let j = i + 1;
    while (j < order.length && values[order[j]!] === values[order[i]!]) j++;
    for (let k = i; k < j; k++) out[order[k]!] = (i + 1 + j) / 2;
    i = j;
  }
  return out;
}

/** The correlation ratio (K. Pearson, 1911): how much of a number's spread lies between the categories, 0 to 1. */
export function correlationRatio(codes: ArrayLike<number>, values: ArrayLike<number>): number {
  const groups = new Map<number, { n: number; mean: number }>();
  let n = 0;
  let mean = 0;
  for (let i = 0; i < codes.length; i++) {
    const x = values[i]!;
    if (codes[i]! < 0 || Number.isNaN(x)) continue;
    n++;
    mean += (x - mean) / n;
    let g = groups.get(codes[i]!);
    if (!g) {
      g = { n: 0, mean: 0 };
      groups.set(codes[i]!, g);
    }
    g.n++;
    g.mean += (x - g.mean) / g.n;
  }
  let total = 0;
  for (let i = 0; i < codes.length; i++)
    if (codes[i]! >= 0 && !Number.isNaN(values[i]!)) total += (values[i]! - mean) ** 2;
  let between = 0;
  for (const g of groups.values()) between += g.n * (g.mean - mean) ** 2;
  return total > 0 ? Math.sqrt(Math.min(1, between / total)) : Number.NaN;
}

/** H. Cramér's V (1946): 0 for categories that tell nothing of each other, 1 where one follows from the other. */
export function cramersV(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const cells = new Map<string, number>();
  const rows = new Map<number, number>();
  const columns = new Map<number, number>();
  let n = 0;
  for (let i = 0; i < a.length; i++) {
    if (a[i]! < 0 || b[i]! < 0) continue;
    n++;
    const key = `${a[i]},${b[i]}`;
    cells.set(key, (cells.get(key) ?? 0) + 1);
    rows.set(a[i]!, (rows.get(a[i]!) ?? 0) + 1);
    columns.set(b[i]!, (columns.get(b[i]!) ?? 0) + 1);
  }
  const least = Math.min(rows.size, columns.size) - 1;
  if (least < 1) return Number.NaN;
  let chi = -n;
  for (const [key, count] of cells) {
    const [r, c] = key.split(',').map(Number) as [number, number];
    chi += (n * count * count) / (rows.get(r)! * columns.get(c)!);
  }
  return Math.sqrt(Math.min(1, Math.max(0, chi / (n * least))));
}

/** Two-sample Kolmogorov-Smirnov: the largest distance between the shares below any value, and how likely it is by chance. */
export function kolmogorovSmirnov(
  a: Float64Array,
  b: Float64Array,
): { distance: number; probability: number } {
  const x = Float64Array.from(a).sort();
  const y = Float64Array.from(b).sort();
  let distance = 0;
  for (let i = 0, j = 0; i < x.length && j < y.length; ) {
    const at = Math.min(x[i]!, y[j]!);
    while (i < x.length && x[i] === at) i++;
    while (j < y.length && y[j] === at) j++;
    distance = Math.max(distance, Math.abs(i / x.length - j / y.length));
  }
  const n = (x.length * y.length) / (x.length + y.length);
  // Kolmogorov's series (1933).
  const t = Math.sqrt(n) * distance;
  let probability = 0;
  for (let k = 1; k <= 100; k++) probability += 2 * (-1) ** (k - 1) * Math.exp(-2 * k * k * t * t);
  return { distance, probability: t < 0.2 ? 1 : Math.max(0, Math.min(1, probability)) };
}

/**
 * Population stability index: Σ (p - q) · ln(p / q) over the bins. Below 0.1 nothing moved, above 0.25 much did
 * (N. Siddiqi, Credit Risk Scorecards, 2006).
 */
export function stabilityIndex(expected: readonly number[], actual: readonly number[]): number {
  const all = (counts: readonly number[]) => counts.reduce((s, n) => s + n, 0);
  const n = all(expected);
  const m = all(actual);
  if (n === 0 || m === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < expected.length; i++) {
    // Half a row instead of none, so that the logarithm has a value.
    const p = Math.max(expected[i]!, 0.5) / n;
    const q = Math.max(actual[i]!, 0.5) / m;
    sum += (p - q) * Math.log(p / q);
  }
  return sum;
}
