/**
 * Thresholds by group, chosen after training (M. Hardt, E. Price, N. Srebro, "Equality of Opportunity in Supervised
 * Learning", NeurIPS 2016), with the conventions of Fairlearn's ThresholdOptimizer: on a grid of 1001 points the best
 * common value of the constrained rate; between two thresholds of a group a coin decides.
 */
import { VitrineError } from '../../model/errors';

export const constraintIds = [
  'demographic_parity',
  'equalized_odds',
  'true_positive_rate_parity',
  'false_positive_rate_parity',
] as const;
export type ConstraintId = (typeof constraintIds)[number];

/** How one group is decided: positive when the probability exceeds `threshold0` or, by chance, `threshold1`. */
export interface GroupRule {
  /** Chance that threshold0 decides; else threshold1 does. */
  p0: number;
  threshold0: number;
  p1: number;
  threshold1: number;
  /** Equalised odds: chance that neither decides but `constant` is the chance of a positive. */
  p_ignore: number;
  constant: number;
}

export interface OptimizedThresholds {
  constraint: ConstraintId;
  /** By group, in the groups' order. */
  rules: readonly GroupRule[];
  /** The common value of the constrained rate (equalised odds: the false positive rate). */
  rate: number;
  /** Expected accuracy on the rows that it was fitted to. */
  accuracy: number;
}

/** Rates at a threshold. */
interface Point {
  x: number;
  y: number;
  threshold: number;
}

interface GridPoint {
  y: number;
  p0: number;
  threshold0: number;
  threshold1: number;
}

const gridSize = 1000;
type Axis = 'selection' | 'tpr' | 'fpr' | 'accuracy';

const axisOf: Record<Exclude<ConstraintId, 'equalized_odds'>, Axis> = {
  demographic_parity: 'selection',
  true_positive_rate_parity: 'tpr',
  false_positive_rate_parity: 'fpr',
};

/**
 * The thresholds of highest accuracy under which the groups' rates agree.
 *
 * @param group index of each row's group, 0 … groups - 1. @param truth 1 for the positive class.
 * @param score probability of the positive class.
 * @throws bad-data when a group has only one of the two classes: it has no trade-off to choose from.
 */
export function optimizeThresholds(
  constraint: ConstraintId,
  group: ArrayLike<number>,
  groups: readonly string[],
  truth: ArrayLike<number>,
  score: ArrayLike<number>,
): OptimizedThresholds {
  const rowsOf = divide(group, groups, truth);
  const n = group.length;
  if (constraint !== 'equalized_odds') {
    const curves = rowsOf.map(rows =>
      interpolate(hull(tradeoff(rows, truth, score, axisOf[constraint], 'accuracy'))),
    );
    let best = 0;
    let top = Number.NEGATIVE_INFINITY;
    for (let i = 0; i <= gridSize; i++) {
      const y = curves.reduce((s, c, g) => s + (rowsOf[g]!.length / n) * c[i]!.y, 0);
      if (y > top) {
        top = y;
        best = i;
      }
    }
    return {
      constraint,
      rules: curves.map(c => ruleOf(c[best]!)),
      rate: best / gridSize,
      accuracy: top,
    };
  }
  const curves = rowsOf.map(rows => interpolate(hull(tradeoff(rows, truth, score, 'fpr', 'tpr'))));
  let positives = 0;
  for (let i = 0; i < n; i++) positives += truth[i] ? 1 : 0;
  let best = 0;
  let top = Number.NEGATIVE_INFINITY;
  const lowest = Float64Array.from({ length: gridSize + 1 }, (_, i) => Math.min(...curves.map(c => c[i]!.y)));
  for (let i = 0; i <= gridSize; i++) {
    const accuracy = ((n - positives) * (1 - i / gridSize) + positives * lowest[i]!) / n;
    // As many digits as Fairlearn compares: equal points must not be told apart by rounding.
    const rounded = Number(accuracy.toFixed(15));
    if (rounded > top) {
      top = rounded;
      best = i;
    }
  }
  const x = best / gridSize;
  return {
    constraint,
    rate: x,
    accuracy: top,
    rules: curves.map(c => {
      const point = c[best]!;
      return {
        ...ruleOf(point),
        p_ignore: point.y === x ? 0 : (point.y - lowest[best]!) / (point.y - x),
        constant: x,
      };
    }),
  };
}

/** Chance of a positive decision of each row under the rules of its group. */
export function decide(
  rules: readonly GroupRule[],
  group: ArrayLike<number>,
  score: ArrayLike<number>,
): Float64Array {
  return Float64Array.from({ length: group.length }, (_, i) => {
    const { p0, threshold0, p1, threshold1, p_ignore, constant } = rules[group[i]!]!;
    const s = score[i]!;
    const chosen = p0 * (s > threshold0 ? 1 : 0) + p1 * (s > threshold1 ? 1 : 0);
    return p_ignore * constant + (1 - p_ignore) * chosen;
  });
}

export interface FrontierPoint {
  /** How far the constrained rate may differ between groups. */
  allowed: number;
  /** Expected accuracy, and the gap that is left, on the rows that it was fitted to. */
  accuracy: number;
  gap: number;
  rules: readonly GroupRule[];
}

/**
 * The most accurate thresholds for each allowed gap of the constrained rate, from none to as much as accuracy alone
 * would take. Accuracy is concave in the rate, so within an allowed band each group takes its best or the band's edge.
 */
export function frontierOf(
  constraint: Exclude<ConstraintId, 'equalized_odds'>,
  group: ArrayLike<number>,
  groups: readonly string[],
  truth: ArrayLike<number>,
  score: ArrayLike<number>,
  steps = 11,
): FrontierPoint[] {
  const rowsOf = divide(group, groups, truth);
  const n = group.length;
  const shares = rowsOf.map(r => r.length / n);
  const curves = rowsOf.map(rows =>
    interpolate(hull(tradeoff(rows, truth, score, axisOf[constraint], 'accuracy'))),
  );
  const peaks = curves.map(c => c.reduce((best, p, i) => (p.y > c[best]!.y + 1e-12 ? i : best), 0));
  const free = Math.max(...peaks) - Math.min(...peaks);
  return Array.from({ length: steps }, (_, s) => {
    const width = steps > 1 ? Math.round((free * s) / (steps - 1)) : 0;
    let at: number[] = [];
    let top = Number.NEGATIVE_INFINITY;
    for (let low = 0; low + width <= gridSize; low++) {
      const chosen = peaks.map(p => Math.min(low + width, Math.max(low, p)));
      const y = chosen.reduce((sum, i, g) => sum + shares[g]! * curves[g]![i]!.y, 0);
      if (y > top + 1e-12) {
        top = y;
        at = chosen;
      }
    }
    return {
      allowed: width / gridSize,
      accuracy: top,
      gap: (Math.max(...at) - Math.min(...at)) / gridSize,
      rules: at.map((i, g) => ruleOf(curves[g]![i]!)),
    };
  });
}

/** Cells of the unit square's side in which the two rates of equalised odds are searched together. */
const coarse = 100;

/**
 * The same for equalised odds, where both rates may differ as much: all groups lie in a square of that side of the
 * ROC plane, each at its most accurate point there that it can reach (its curve, or a coin's mixture below it). Corners
 * of squares are tried on a grid of hundredths; the strict end is that of `optimizeThresholds`.
 */
export function oddsFrontierOf(
  group: ArrayLike<number>,
  groups: readonly string[],
  truth: ArrayLike<number>,
  score: ArrayLike<number>,
  steps = 11,
): FrontierPoint[] {
  const rowsOf = divide(group, groups, truth);
  const n = group.length;
  const curves = rowsOf.map(rows => interpolate(hull(tradeoff(rows, truth, score, 'fpr', 'tpr'))));
  const positives = rowsOf.map(rows => rows.filter(r => truth[r]).length);
  const correct = (g: number, { x, y }: Rates) =>
    ((rowsOf[g]!.length - positives[g]!) * (1 - x) + positives[g]! * y) / n;
  const at = (g: number, cell: number) => curves[g]![(cell * gridSize) / coarse]!;
  /** The most accurate point of a group in a square; undefined where its curve passes below. */
  const within = (g: number, left: number, bottom: number, width: number): Rates | undefined => {
    let best: Rates | undefined;
    for (let cell = left; cell <= Math.min(coarse, left + width); cell++) {
      const x = cell / coarse;
      const y = Math.min(at(g, cell).y, (bottom + width) / coarse);
      // Below the diagonal there is only what a coin does better.
      if (y < bottom / coarse || y < x) continue;
      if (!best || correct(g, { x, y }) > correct(g, best) + 1e-12) best = { x, y };
    }
    return best;
  };
  const frontier = (width: number): { accuracy: number; chosen: Rates[] } | undefined => {
    let best: { accuracy: number; chosen: Rates[] } | undefined;
    for (let left = 0; left + width <= coarse; left++) {
      for (let bottom = left; bottom + width <= coarse; bottom++) {
        const chosen = curves.map((_, g) => within(g, left, bottom, width));
        if (!chosen.every(c => c !== undefined)) continue;
        const accuracy = chosen.reduce((sum, c, g) => sum + correct(g, c), 0);
        if (!best || accuracy > best.accuracy + 1e-12) best = { accuracy, chosen };
      }
    }
    return best;
  };
  const gapOf = (points: readonly Rates[]) =>
    Math.max(
      ...(['x', 'y'] as const).map(
        k => Math.max(...points.map(p => p[k])) - Math.min(...points.map(p => p[k])),
      ),
    );
  const free = curves.map((_, g) => within(g, 0, 0, coarse)!);
  const widest = gapOf(free);
  const strict = optimizeThresholds('equalized_odds', group, groups, truth, score);
  const found: FrontierPoint[] = [{ allowed: 0, accuracy: strict.accuracy, gap: 0, rules: strict.rules }];
  for (let s = 1; s < steps && widest > 0; s++) {
    const width = Math.ceil((widest * coarse * s) / (steps - 1) - 1e-9);
    const point = frontier(width);
    const last = found.at(-1)!;
    // The grid of squares is coarser than that of the strict end: what is allowed less is allowed more.
    if (!point || point.accuracy <= last.accuracy) found.push({ ...last, allowed: width / coarse });
    else
      found.push({
        allowed: width / coarse,
        accuracy: point.accuracy,
        gap: gapOf(point.chosen),
        rules: point.chosen.map(({ x, y }, g) => {
          const top = at(g, Math.round(x * coarse));
          const p_ignore = top.y - x < 1e-12 ? 0 : (top.y - y) / (top.y - x);
          return { ...ruleOf(top), p_ignore, constant: x };
        }),
      });
  }
  return found;
}

/** False and true positive rate. */
interface Rates {
  x: number;
  y: number;
}

function divide(group: ArrayLike<number>, groups: readonly string[], truth: ArrayLike<number>): number[][] {
  const rowsOf: number[][] = groups.map(() => []);
  for (let i = 0; i < group.length; i++) rowsOf[group[i]!]!.push(i);
  rowsOf.forEach((rows, g) => {
    const positives = rows.filter(r => truth[r]).length;
    if (positives > 0 && positives < rows.length) return;
    throw new VitrineError(
      'bad-data',
      rows.length === 0
        ? `The group "${groups[g]}" has no rows to choose a threshold by.`
        : `All ${rows.length} rows of the group "${groups[g]}" that thresholds are chosen by are of one class, so there is nothing to choose by. Use more data, or coarser groups.`,
    );
  });
  return rowsOf;
}

/** Every threshold's point: between two different scores, above all, and below all. Sorted by x, then y. */
function tradeoff(
  rows: readonly number[],
  truth: ArrayLike<number>,
  score: ArrayLike<number>,
  xAxis: Axis,
  yAxis: Axis,
): Point[] {
  const order = [...rows].sort((a, b) => score[b]! - score[a]!);
  const positives = rows.filter(r => truth[r]).length;
  const negatives = rows.length - positives;
  const points: Point[] = [];
  let tp = 0;
  let fp = 0;
  const value = (axis: Axis) => {
    if (axis === 'selection') return (tp + fp) / rows.length;
    if (axis === 'tpr') return tp / positives;
    if (axis === 'fpr') return fp / negatives;
    return (tp + negatives - fp) / rows.length;
  };
  const add = (threshold: number) => points.push({ x: value(xAxis), y: value(yAxis), threshold });
  add(Number.POSITIVE_INFINITY);
  for (let i = 0; i < order.length; ) {
    const s = score[order[i]!]!;
    for (; i < order.length && score[order[i]!] === s; i++) {
      if (truth[order[i]!]) tp++;
      else fp++;
    }
    add(i < order.length ? (s + score[order[i]!]!) / 2 : Number.NEGATIVE_INFINITY);
  }
  return points.sort((a, b) => a.x - b.x || a.y - b.y);
}

/** The upper convex hull (A. M. Andrew, Information Processing Letters 9, 1979). */
function hull(points: readonly Point[]): Point[] {
  const out: Point[] = [];
  for (const p of points) {
    while (out.length >= 2) {
      const [a, b] = out.slice(-2) as [Point, Point];
      if ((b.y - a.y) * (p.x - a.x) > (p.y - a.y) * (b.x - a.x)) break;
      out.pop();
    }
    out.push(p);
  }
  return out;
}

/** The hull at each point of the grid from 0 to 1, as a mixture of the two thresholds beside it. */
function interpolate(points: readonly Point[]): GridPoint[] {
  let at = 0;
  return Array.from({ length: gridSize + 1 }, (_, i) => {
    const x = i / gridSize;
    // A point of the hull itself belongs to the stretch on its left, but for the first.
    while (at + 2 < points.length && points[at + 1]!.x < x) at++;
    if (i === 0) while (at + 2 < points.length && points[at + 1]!.x <= x) at++;
    const [a, b] = [points[at]!, points[at + 1]!];
    const p0 = (b.x - x) / (b.x - a.x);
    return { y: p0 * a.y + (1 - p0) * b.y, p0, threshold0: a.threshold, threshold1: b.threshold };
  });
}

function ruleOf({ p0, threshold0, threshold1 }: GridPoint): GroupRule {
  return { p0, threshold0, p1: 1 - p0, threshold1, p_ignore: 0, constant: 0 };
}
