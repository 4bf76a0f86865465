/** Sparse linear models: a weighted sum of few columns, by the lasso. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled } from '../../model/errors';
import { formatNumber } from '../answers/predict';
import { descending, deviation, mean } from '../numerics/statistics';
import type { Surrogate } from '../surrogate';

export const linear: Surrogate = {
  id: 'linear',
  paper: {
    authors: 'Tibshirani',
    year: 1996,
    title: 'Regression Shrinkage and Selection via the Lasso',
    url: 'https://doi.org/10.1111/j.2517-6161.1996.tb02080.x',
  },
  options: {
    penalty: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.05,
      description: 'How much each weight costs, as a share of the cost at which none is left.',
    }),
  },
  signed: true,
  fit({ rows, answers }, entries, given, signal) {
    const { penalty } = given as { penalty: number };
    const centre = entries.map((_, j) => mean(rows.map(r => r[j]!)));
    // A constant column has nothing to weigh.
    const scale = entries.map((_, j) => deviation(rows.map(r => r[j]!)) || 1);
    const standard = (row: ArrayLike<number>) =>
      Float64Array.from(entries, (_, j) => (row[j]! - centre[j]!) / scale[j]!);
    const x = rows.map(standard);
    const level = mean(answers);
    const most = entries.reduce(
      (top, _, j) =>
        Math.max(top, Math.abs(x.reduce((s, r, i) => s + r[j]! * (answers[i]! - level), 0)) / x.length),
      0,
    );
    const { weights, intercept } = lasso(x, answers, penalty * most, signal);
    const order = Array.from(descending(weights.map(Math.abs))).filter(j => weights[j] !== 0);
    return {
      predict: row => standard(row).reduce((s, v, j) => s + v * weights[j]!, intercept),
      importance: weights,
      facts: { intercept, columns: order.length },
      contributions: row => standard(row).map((v, j) => v * weights[j]!),
      figures: words => [
        {
          kind: 'bars',
          of: words.figures.column,
          value: words.figures.weight,
          names: order.map(j => entries[j]!.name),
          values: order.map(j => weights[j]!),
        },
      ],
      told: words => [
        words.model.weights(order.slice(0, 8).map(j => `${entries[j]!.name} × ${formatNumber(weights[j]!)}`)),
      ],
    };
  },
};

/**
 * Minimises |y - b - X w|² / 2n + penalty · |w|₁ by coordinate descent (Friedman, Hastie and Tibshirani 2010), as
 * scikit-learn's Lasso.
 */
export function lasso(
  rows: readonly Float64Array[],
  y: ArrayLike<number>,
  penalty: number,
  signal?: AbortSignal,
): { weights: Float64Array; intercept: number } {
  const n = rows.length;
  const d = rows[0]?.length ?? 0;
  const centre = Float64Array.from({ length: d }, (_, j) => mean(rows.map(r => r[j]!)));
  const columns = Array.from({ length: d }, (_, j) => Float64Array.from(rows, r => r[j]! - centre[j]!));
  const squares = columns.map(c => c.reduce((s, v) => s + v * v, 0));
  const level = mean(y);
  const left = Float64Array.from(y, v => v - level);
  const weights = new Float64Array(d);
  for (let sweep = 0; sweep < 10000; sweep++) {
    throwIfCancelled(signal);
    let moved = 0;
    let size = 0;
    for (let j = 0; j < d; j++) {
      const column = columns[j]!;
      if (squares[j]! < 1e-12) continue;
      const old = weights[j]!;
      let rho = old * squares[j]!;
      for (let i = 0; i < n; i++) rho += column[i]! * left[i]!;
      const now = (Math.sign(rho) * Math.max(0, Math.abs(rho) - n * penalty)) / squares[j]!;
      if (now !== old) for (let i = 0; i < n; i++) left[i]! -= (now - old) * column[i]!;
      weights[j] = now;
      moved = Math.max(moved, Math.abs(now - old));
      size = Math.max(size, Math.abs(now));
    }
    if (moved <= 1e-10 * size) break;
  }
  return { weights, intercept: level - weights.reduce((s, w, j) => s + w * centre[j]!, 0) };
}
