/** How numbers are brought to one scale: statistics of the training rows, and what follows from them. */
import type { Scale } from '../options';

/** What is known of a column's training rows. */
export interface Summary {
  /** Values that are there. */
  count: number;
  mean: number;
  /** Population standard deviation. */
  std: number;
  min: number;
  max: number;
  constant: boolean;
  /** Values at these shares of the sorted column (0 to 1), between neighbours in proportion: NumPy's "linear". */
  quantiles(shares: readonly number[]): number[];
  /** The most frequent value, the smallest of several. */
  mode(): number;
  /** Mean and population standard deviation of `signedLog` of the values. */
  logs(): { mean: number; std: number; constant: boolean };
}

/** Symmetric about 0, and defined everywhere: sign(x) · log(1 + |x|). */
export function signedLog(x: number): number {
  return Math.sign(x) * Math.log1p(Math.abs(x));
}

export function summarise(values: Float64Array): Summary {
  const moments = momentsOf(values);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const x of values) {
    if (x < min) min = x;
    if (x > max) max = x;
  }
  let sorted: Float64Array | undefined;
  const inOrder = () => {
    sorted ??= Float64Array.from(values).sort();
    return sorted;
  };
  return {
    count: values.length,
    ...moments,
    min,
    max,
    constant: moments.constant || min === max,
    quantiles: shares => shares.map(p => quantileOf(inOrder(), p)),
    mode: () => modeOf(inOrder()),
    logs: () => momentsOf(values.map(signedLog)),
  };
}

function momentsOf(values: Float64Array): { mean: number; std: number; constant: boolean } {
  const count = values.length;
  let sum = 0;
  for (const x of values) sum += x;
  const mean = sum / count;
  let squares = 0;
  for (const x of values) squares += (x - mean) ** 2;
  const variance = squares / count;
  return { mean, std: Math.sqrt(variance), constant: isConstant(variance, mean, count) };
}

/** scikit-learn's rule (_is_constant_feature): what is left of a constant after rounding is no deviation. */
export function isConstant(variance: number, mean: number, count: number): boolean {
  return variance <= count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
}

/** @param sorted ascending. */
export function quantileOf(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const part = at - low;
  return part === 0 ? sorted[low]! : sorted[low]! + (sorted[low + 1]! - sorted[low]!) * part;
}

function modeOf(sorted: Float64Array): number {
  let best = sorted[0]!;
  let most = 0;
  for (let i = 0; i < sorted.length; ) {
    let end = i + 1;
    while (end < sorted.length && sorted[end] === sorted[i]) end++;
    if (end - i > most) {
      most = end - i;
      best = sorted[i]!;
    }
    i = end;
  }
  return best;
}

/** Entries of a column's saved quantiles; as many as show the shape of any distribution. */
const mostQuantiles = 256;

export interface Scaling {
  shift: number;
  scale: number;
  transform?: 'log';
  quantiles?: number[];
}

/** scikit-learn's StandardScaler, MinMaxScaler, RobustScaler and QuantileTransformer; a constant is only shifted. */
export function scaling(scale: Scale, s: Summary): Scaling {
  switch (scale) {
    case 'none':
      return { shift: 0, scale: 1 };
    case 'standard':
      return { shift: s.mean, scale: s.constant ? 1 : s.std };
    case 'minmax':
      return { shift: s.min, scale: s.max > s.min ? s.max - s.min : 1 };
    case 'robust': {
      const [low, middle, high] = s.quantiles([0.25, 0.5, 0.75]) as [number, number, number];
      return { shift: middle, scale: high > low ? high - low : 1 };
    }
    case 'log': {
      const { mean, std, constant } = s.logs();
      return { shift: mean, scale: constant ? 1 : std, transform: 'log' };
    }
    case 'quantile': {
      if (s.constant) return { shift: s.mean, scale: 1 };
      const n = Math.max(2, Math.min(mostQuantiles, s.count));
      return {
        shift: 0,
        scale: 1,
        quantiles: s.quantiles(Array.from({ length: n }, (_, i) => i / (n - 1))),
      };
    }
    default:
      return scale satisfies never;
  }
}

/**
 * The rank of x, 0 to 1. Where many training rows have the same value, the middle of their ranks: the mean of
 * interpolating from below and from above, as QuantileTransformer.
 */
export function quantileRank(x: number, quantiles: readonly number[]): number {
  const n = quantiles.length;
  if (x <= quantiles[0]!) return 0;
  if (x >= quantiles[n - 1]!) return 1;
  // The last entry that is not above x, and the first that is not below it.
  const below = search(quantiles, q => q <= x) - 1;
  const above = search(quantiles, q => q < x);
  if (quantiles[below] === x) return (below + above) / 2 / (n - 1);
  const low = quantiles[below]!;
  return (below + (x - low) / (quantiles[above]! - low)) / (n - 1);
}

/** How many entries at the beginning `holds` is true for. */
function search(sorted: readonly number[], holds: (q: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
