import type { Metric } from '../metric';
import { meanOf } from './_columns';
import { placeOf } from './_ranking';

export const metric: Metric = {
  id: 'mrr',
  title: 'Mean reciprocal rank',
  summary: 'The mean of 1 / place of the true class among all, the likeliest first.',
  kind: 'classes',
  better: 'higher',
  compute: (p, targets) => meanOf(p.rows, i => 1 / placeOf(p, i, targets[i]!)),
};
