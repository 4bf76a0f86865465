/** What metrics over sequences share. */
import type { Predictions } from '../predict/predictions';

/** Each row's predicted and true symbols, without what fills up its end. */
export function* sequencesOf(
  { labels, rows, columns }: Predictions,
  targets: ArrayLike<number>,
): Iterable<{ predicted: readonly number[]; truth: readonly number[] }> {
  const width = targets.length / rows;
  const part = (of: ArrayLike<number>, from: number, length: number) => {
    const out: number[] = [];
    for (let i = from; i < from + length && of[i]! >= 0; i++) out.push(of[i]!);
    return out;
  };
  for (let i = 0; i < rows; i++)
    yield { predicted: part(labels, i * columns, columns), truth: part(targets, i * width, width) };
}

/** Symbols to insert, delete or replace to get from one sequence to the other: V. Levenshtein (1966). */
export function edits(a: readonly number[], b: readonly number[]): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
