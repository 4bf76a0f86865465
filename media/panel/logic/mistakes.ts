/** Which classes are taken for which, and which rows a model gets most wrong. */
import type { Evaluation } from '../../../src/service/protocol';

export interface Confusion {
  /** By true class, then by predicted class: rows of the data. */
  cells: readonly (readonly (readonly number[])[])[];
  /** Of each true class, how many samples there are. */
  totals: readonly number[];
}

export function confusionOf({ classes, targets, predicted, rows }: Evaluation): Confusion {
  const cells = classes.map(() => classes.map(() => [] as number[]));
  for (let i = 0; i < rows.length; i++) cells[targets[i]!]?.[predicted[i]!]?.push(rows[i]!);
  return { cells, totals: cells.map(r => r.reduce((n, c) => n + c.length, 0)) };
}

/** Pairs of classes that are mixed up, the most frequent first. */
export function mixedUp({
  cells,
}: Confusion): { target: number; predicted: number; rows: readonly number[] }[] {
  return cells
    .flatMap((row, target) => row.map((rows, predicted) => ({ target, predicted, rows })))
    .filter(c => c.target !== c.predicted && c.rows.length > 0)
    .sort((a, b) => b.rows.length - a.rows.length);
}

/** Rows in the order of their loss, the worst first; of classes, only those that are wrong come first. */
export function worstRows({ rows, loss, targets, predicted, kind }: Evaluation, count = 24): number[] {
  const order = Array.from(rows.keys());
  const wrong = (i: number) => kind === 'classes' && targets[i] !== predicted[i];
  return order
    .sort((a, b) => Number(wrong(b)) - Number(wrong(a)) || loss[b]! - loss[a]!)
    .filter(i => kind === 'number' || wrong(i))
    .slice(0, count)
    .map(i => rows[i]!);
}
