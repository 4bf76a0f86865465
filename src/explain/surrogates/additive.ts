/** Additive models (GAM): a sum of smooth curves, one a column, as penalised B-splines (Eilers and Marx 1996). */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { formatNumber } from '../answers/predict';
import { leastSquares } from '../numerics/linear';
import { descending, deviation, mean } from '../numerics/statistics';
import type { Surrogate } from '../surrogate';

const degree = 3;
/** Points of a curve that is drawn. */
const points = 40;
/** Curves that are drawn, those that matter most first. */
const mostCurves = 6;

export const additive: Surrogate = {
  id: 'additive',
  paper: {
    authors: 'Hastie and Tibshirani',
    year: 1986,
    title: 'Generalized Additive Models',
    url: 'https://doi.org/10.1214/ss/1177013604',
  },
  options: {
    knots: Type.Integer({
      minimum: 2,
      maximum: 30,
      default: 6,
      description: 'Places at which a curve may bend, with as many rows between each two.',
    }),
    smooth: Type.Number({
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'How much bends cost: more makes curves flatter.',
    }),
  },
  signed: true,
  fit({ rows, answers }, entries, given, signal) {
    const { knots, smooth } = given as { knots: number; smooth: number };
    const model = fitAdditive(rows, answers, { knots, smooth, ...(signal && { signal }) });
    // Each curve is told from its mean over the rows: what is left is the intercept.
    const centre = entries.map((_, j) => mean(rows.map(r => model.curve(j, r[j]!))));
    const contribution = (j: number, v: number) => model.curve(j, v) - centre[j]!;
    const importance = Float64Array.from(entries, (_, j) => deviation(rows.map(r => contribution(j, r[j]!))));
    const order = Array.from(descending(importance)).filter(j => importance[j]! > 0);
    return {
      predict: model.predict,
      importance,
      facts: { intercept: model.intercept + centre.reduce((a, b) => a + b, 0), columns: order.length },
      contributions: row => Float64Array.from(entries, (_, j) => contribution(j, row[j]!)),
      figures: (words, value, row) =>
        order.slice(0, mostCurves).map(j => {
          const own = rows.map(r => r[j]!);
          const [low, high] = [Math.min(...own), Math.max(...own)];
          const at = Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
          const raw = (v: number) => Number(entries[j]!.raw(v));
          const usable = at.every(v => Number.isFinite(raw(v)));
          const shown = (v: number) => (usable ? raw(v) : v);
          return {
            kind: 'curves' as const,
            x: { title: entries[j]!.name },
            y: { title: value },
            curves: [
              {
                name: entries[j]!.name,
                x: at.map(shown),
                y: at.map(v => contribution(j, v)),
                role: 'main' as const,
              },
              ...(row
                ? [
                    {
                      name: words.figures.thisRow,
                      x: [shown(row[j]!)],
                      y: [contribution(j, row[j]!)],
                      role: 'main' as const,
                    },
                  ]
                : []),
            ],
            rug: own.slice(0, 200).map(shown),
          };
        }),
      told: words => [
        words.model.curves(
          order
            .slice(0, 4)
            .map(j => `${entries[j]!.name} (± ${formatNumber(Number(importance[j]!.toPrecision(3)))})`),
        ),
      ],
    };
  },
};

interface Additive {
  intercept: number;
  curve(column: number, value: number): number;
  predict(row: ArrayLike<number>): number;
}

/**
 * Ridge regression on cubic B-splines of each column between its quantiles, constant beyond them: scikit-learn's
 * SplineTransformer (knots given, extrapolation "constant") and Ridge. Columns with fewer than three different
 * quantiles (codes of categories) are taken as they are.
 */
export function fitAdditive(
  rows: readonly Float64Array[],
  answers: ArrayLike<number>,
  { knots, smooth, signal }: { knots: number; smooth: number; signal?: AbortSignal },
): Additive {
  const d = rows[0]!.length;
  const bases = Array.from({ length: d }, (_, j) =>
    basisFor(
      rows.map(r => r[j]!),
      knots,
    ),
  );
  const starts: number[] = [];
  let width = 0;
  for (const b of bases) {
    starts.push(width);
    width += b.size;
  }
  const expand = (row: ArrayLike<number>) => {
    const out = new Float64Array(width);
    bases.forEach((b, j) => {
      out.set(b.of(row[j]!), starts[j]);
    });
    return out;
  };
  throwIfCancelled(signal);
  const x = rows.map(expand);
  const centre = new Float64Array(width);
  for (const r of x) for (let i = 0; i < width; i++) centre[i]! += r[i]! / rows.length;
  const level = mean(answers);
  throwIfCancelled(signal);
  const weights = leastSquares(
    x.map(r => r.map((v, i) => v - centre[i]!)),
    Float64Array.from(answers, v => v - level),
    new Float64Array(rows.length).fill(1),
    smooth,
  );
  if (!weights)
    throw new VitrineError('bad-request', 'The columns do not determine the curves. Make "smooth" larger.');
  const intercept = level - weights.reduce((s, w, i) => s + w * centre[i]!, 0);
  const curve = (j: number, v: number) =>
    bases[j]!.of(v).reduce((s, b, i) => s + b * weights[starts[j]! + i]!, 0);
  return {
    intercept,
    curve,
    predict: row => {
      let sum = intercept;
      for (let j = 0; j < d; j++) sum += curve(j, row[j]!);
      return sum;
    },
  };
}

interface Basis {
  size: number;
  of(v: number): Float64Array;
}

/** Different quantiles of a column, its least and largest value among them. */
export function knotsOf(values: readonly number[], count: number): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (p: number) => {
    const i = p * (sorted.length - 1);
    const low = Math.floor(i);
    const next = sorted[Math.min(sorted.length - 1, low + 1)]!;
    return sorted[low]! + (i - low) * (next - sorted[low]!);
  };
  return [...new Set(Array.from({ length: count }, (_, i) => at(i / Math.max(1, count - 1))))];
}

function basisFor(values: readonly number[], count: number): Basis {
  const base = knotsOf(values, count);
  if (base.length < 3) return { size: 1, of: v => Float64Array.of(v) };
  const [first, second] = base as [number, number];
  const [last, before] = [base.at(-1)!, base.at(-2)!];
  const t = [
    ...Array.from({ length: degree }, (_, i) => first - (degree - i) * (second - first)),
    ...base,
    ...Array.from({ length: degree }, (_, i) => last + (i + 1) * (last - before)),
  ];
  const size = base.length + degree - 1;
  return {
    size,
    of(value) {
      const v = Math.min(last, Math.max(first, value));
      // Cox and de Boor; the last knot belongs to the last piece.
      let piece = degree;
      while (piece < size - 1 && v >= t[piece + 1]!) piece++;
      const n = new Float64Array(degree + 1);
      n[0] = 1;
      for (let k = 1; k <= degree; k++) {
        let saved = 0;
        for (let r = 0; r < k; r++) {
          const right = t[piece + r + 1]!;
          const left = t[piece + 1 - k + r]!;
          const term = n[r]! / (right - left);
          n[r] = saved + (right - v) * term;
          saved = (v - left) * term;
        }
        n[k] = saved;
      }
      const out = new Float64Array(size);
      for (let k = 0; k <= degree; k++) out[piece - degree + k] = n[k]!;
      return out;
    },
  };
}
