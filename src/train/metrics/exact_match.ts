import type { Metric } from '../metric';

export const metric: Metric = {
  id: 'exact_match',
  title: 'Exact match',
  summary:
    'Share of sequences that are right at every position. Each token is the likeliest behind the right ones before it, so a sequence counts if and only if greedy writing gives it.',
  kind: 'classes',
  better: 'higher',
  sequences: true,
  compute({ labels, rows, positions }, targets, ignore) {
    if (!positions) return Number.NaN;
    let right = 0;
    for (let at = 0; at < rows; at += positions) {
      let same = true;
      for (let t = at; t < at + positions && same; t++)
        same = targets[t] === ignore || labels[t] === targets[t];
      if (same) right++;
    }
    return right / (rows / positions);
  },
};
