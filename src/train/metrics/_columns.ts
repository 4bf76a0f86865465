/** The mean over the outputs' columns of a measure of one column, as scikit-learn's "uniform_average". */
import type { Predictions } from '../predict/predictions';

export function overColumns(
  { values, rows, columns }: Predictions,
  targets: ArrayLike<number>,
  measure: (predicted: Float64Array, actual: Float64Array) => number,
): number {
  if (rows === 0 || columns === 0) return Number.NaN;
  let sum = 0;
  for (let c = 0; c < columns; c++) {
    const column = (from: ArrayLike<number>) =>
      Float64Array.from({ length: rows }, (_, i) => from[i * columns + c]!);
    sum += measure(column(values), column(targets));
  }
  return sum / columns;
}

export function meanOf(n: number, term: (i: number) => number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += term(i);
  return sum / n;
}
