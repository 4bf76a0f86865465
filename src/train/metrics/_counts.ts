/** Counts per class that precision, recall and F1 are made of. */
import type { Predictions } from '../predict/predictions';

export interface ClassCounts {
  truePositives: number;
  /** Rows predicted as the class. */
  predicted: number;
  /** Rows that are of the class. */
  actual: number;
}

/** Counts of the classes that occur in targets or predictions, as scikit-learn averages over no others. */
export function countClasses({ labels }: Predictions, targets: ArrayLike<number>): ClassCounts[] {
  const counts = new Map<number, ClassCounts>();
  const of = (c: number) => {
    let n = counts.get(c);
    if (!n) {
      n = { truePositives: 0, predicted: 0, actual: 0 };
      counts.set(c, n);
    }
    return n;
  };
  for (let i = 0; i < labels.length; i++) {
    of(labels[i]!).predicted++;
    of(targets[i]!).actual++;
    if (labels[i] === targets[i]) of(targets[i]!).truePositives++;
  }
  return [...counts.entries()].sort(([a], [b]) => a - b).map(([, n]) => n);
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
}

/** a/b, and 0 for 0/0: scikit-learn's zero_division=0. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}
