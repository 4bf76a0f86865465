/** A weighted sum of few columns that answers like the network. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled } from '../../model/errors';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { formatNumber } from '../predict';
import { descending, deviation, mean } from '../statistics';
import { all, hasColumns, oneInput } from '../suits';
import { checkVaries, rSquared, surrogateData } from '../surrogate';
import { wordsFor } from '../words';

const options = Type.Object(
  {
    penalty: Type.Number({
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.05,
      description: 'How much each weight costs, as a share of the cost at which none is left.',
    }),
    rows: Type.Integer({ minimum: 10, default: 2000, description: 'At most this many training rows.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'sparse_linear',
  title: 'Sparse linear model for the network',
  paper: {
    authors: 'Tibshirani',
    year: 1996,
    title: 'Regression Shrinkage and Selection via the Lasso',
    url: 'https://doi.org/10.1111/j.2517-6161.1996.tb02080.x',
  },
  summary: 'Which few columns, weighted and added, would answer like the network, and how well they do.',
  scope: 'model',
  needs: ['training-data'],
  options,
  judgedBy: ['surrogate_fit'],
  suits: all(oneInput, hasColumns),
  async explain(request, given) {
    const { penalty, rows } = readOptions(options, given, 'sparse_linear');
    const { fitted, held, entries } = await surrogateData(request, rows);
    checkVaries(fitted, 'all rows');
    const centre = entries.map((_, j) => mean(fitted.rows.map(r => r[j]!)));
    const scale = entries.map((_, j) => deviation(fitted.rows.map(r => r[j]!)) || 1);
    const standard = (row: Float64Array) => row.map((v, j) => (v - centre[j]!) / scale[j]!);
    const x = fitted.rows.map(standard);
    const level = mean(fitted.answers);
    const most = entries.reduce(
      (top, _, j) =>
        Math.max(
          top,
          Math.abs(x.reduce((s, r, i) => s + r[j]! * (fitted.answers[i]! - level), 0)) / x.length,
        ),
      0,
    );
    const { weights, intercept } = lasso(x, fitted.answers, penalty * most, request.signal);
    const guess = held.rows.map(r => standard(r).reduce((s, v, j) => s + v * weights[j]!, intercept));
    const r2 = rSquared(held.answers, guess);
    const words = wordsFor(request.language);
    const order = Array.from(descending(weights.map(Math.abs))).filter(j => weights[j] !== 0);
    return {
      values: { shape: [entries.length], data: Float32Array.from(weights) },
      names: entries.map(e => e.name),
      kind: 'importance',
      facts: { r2, intercept, columns: order.length, rows: held.rows.length },
      told: [
        words.model.weights(order.slice(0, 8).map(j => `${entries[j]!.name} × ${formatNumber(weights[j]!)}`)),
        words.model.fidelity(words.percent(Math.max(0, r2)), held.rows.length),
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
