import type { Metric } from '../metric';
import { mean } from './_counts';

export const metric: Metric = {
  id: 'roc_auc',
  title: 'ROC AUC',
  summary:
    'Probability that a random row of the class scores higher than one outside of it; several classes: mean of one against the rest.',
  kind: 'classes',
  better: 'higher',
  compute({ probabilities, rows, columns, named = columns }, targets) {
    if (!probabilities) return Number.NaN;
    const scores = (c: number) =>
      Float64Array.from({ length: rows }, (_, i) => probabilities[i * columns + c]!);
    if (columns === 2) return areaUnderCurve(scores(1), i => targets[i] === 1);
    return mean(Array.from({ length: named }, (_, c) => areaUnderCurve(scores(c), i => targets[i] === c)));
  },
};

/** By ranks (Mann and Whitney), ties counting one half. NaN unless both kinds of rows occur. */
function areaUnderCurve(scores: Float64Array, positive: (row: number) => boolean): number {
  const order = Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let positives = 0;
  let rankSum = 0;
  for (let i = 0; i < order.length; ) {
    let end = i + 1;
    while (end < order.length && scores[order[end]!] === scores[order[i]!]) end++;
    const rank = (i + 1 + end) / 2;
    for (; i < end; i++) {
      if (positive(order[i]!)) {
        positives++;
        rankSum += rank;
      }
    }
  }
  const negatives = scores.length - positives;
  if (positives === 0 || negatives === 0) return Number.NaN;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}
