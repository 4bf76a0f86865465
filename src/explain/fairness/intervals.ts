/** Confidence intervals of rates and of gaps between groups, and how often chance alone makes such a gap. */
import { Random } from '../../model/random';
import type { Counts } from './rates';

export type Interval = readonly [low: number, high: number];

/** The 97.5th percentile of the normal distribution: intervals of 95 %. */
const z95 = 1.959963984540054;

/**
 * Wilson's score interval of a rate k / n, 95 % (E. B. Wilson, "Probable inference, the law of succession, and
 * statistical inference", JASA 22, 1927). It stays within 0 and 1 and holds for small n, as the usual one does not.
 *
 * @returns undefined when n is 0.
 */
export function wilson(k: number, n: number): Interval | undefined {
  if (n <= 0) return undefined;
  const p = k / n;
  const z2 = z95 ** 2;
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (z95 / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  // Rounding must not let the bound of a rate of 0 or 1 leave it.
  return [k === 0 ? 0 : Math.max(0, centre - half), k === n ? 1 : Math.min(1, centre + half)];
}

/**
 * Percentile bootstrap of statistics of the groups' counts, 95 % (B. Efron, "Bootstrap methods", Annals of Statistics
 * 7, 1979). Rows are drawn with replacement within each group, so that groups keep their sizes.
 *
 * @param statistics named values of the counts by group; null where undefined (that draw is left out).
 * @returns by name; absent where fewer than half of the draws gave a value.
 */
export function bootstrap(
  groups: readonly Counts[],
  statistics: (groups: readonly Counts[]) => Readonly<Record<string, number | null>>,
  draws: number,
  seed: number,
): Record<string, Interval> {
  const random = new Random(seed, 'fairness:bootstrap');
  const values = new Map<string, number[]>();
  for (let d = 0; d < draws; d++) {
    for (const [name, value] of Object.entries(statistics(groups.map(g => resample(g, random))))) {
      if (value === null) continue;
      const list = values.get(name);
      if (list) list.push(value);
      else values.set(name, [value]);
    }
  }
  const out: Record<string, Interval> = {};
  for (const [name, list] of values) {
    if (list.length < draws / 2) continue;
    const sorted = Float64Array.from(list).sort();
    out[name] = [quantile(sorted, 0.025), quantile(sorted, 0.975)];
  }
  return out;
}

/**
 * How often groups made by chance differ at least as much (a permutation test; R. A. Fisher, "The Design of
 * Experiments", 1935): rows keep their truth and decision and are dealt anew to groups of the same sizes. The gap
 * between the highest and the lowest of several groups is never negative, so its interval alone cannot tell.
 *
 * @returns by name, (1 + draws at least as extreme) / (1 + draws); absent where the value itself is undefined.
 */
export function chanceOf(
  groups: readonly Counts[],
  statistics: (groups: readonly Counts[]) => Readonly<Record<string, number | null>>,
  draws: number,
  seed: number,
): Record<string, number> {
  const random = new Random(seed, 'fairness:permutation');
  const cells = groups.flatMap(g => [
    ...Array<number>(g.tp).fill(0),
    ...Array<number>(g.fp).fill(1),
    ...Array<number>(g.fn).fill(2),
    ...Array<number>(g.tn).fill(3),
  ]);
  const deck = Uint8Array.from(cells);
  const sizes = groups.map(g => g.tp + g.fp + g.fn + g.tn);
  const observed = statistics(groups);
  const extreme: Record<string, number> = {};
  for (let d = 0; d < draws; d++) {
    random.shuffle(deck);
    let at = 0;
    const dealt = sizes.map(n => {
      const c = [0, 0, 0, 0];
      for (let i = 0; i < n; i++) c[deck[at++]!]!++;
      return { tp: c[0]!, fp: c[1]!, fn: c[2]!, tn: c[3]! };
    });
    for (const [name, value] of Object.entries(statistics(dealt))) {
      const own = observed[name];
      if (value !== null && own !== null && own !== undefined && value >= own - 1e-12)
        extreme[name] = (extreme[name] ?? 0) + 1;
    }
  }
  return Object.fromEntries(
    Object.entries(observed)
      .filter(([, own]) => own !== null)
      .map(([name]) => [name, (1 + (extreme[name] ?? 0)) / (1 + draws)]),
  );
}

/** The quantile of sorted values by linear interpolation, as NumPy has it by default. */
export function quantile(sorted: ArrayLike<number>, q: number): number {
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const a = sorted[low]!;
  const b = sorted[Math.min(sorted.length - 1, low + 1)]!;
  return a + (b - a) * (at - low);
}

function resample({ tp, fp, fn, tn }: Counts, random: Random): Counts {
  const n = tp + fp + fn + tn;
  const out = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (let i = 0; i < n; i++) {
    const x = random.integer(n);
    if (x < tp) out.tp++;
    else if (x < tp + fp) out.fp++;
    else if (x < tp + fp + fn) out.fn++;
    else out.tn++;
  }
  return out;
}
