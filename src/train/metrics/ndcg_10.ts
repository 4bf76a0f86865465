import type { Metric } from '../metric';
import { meanOf } from './_columns';
import { placeOf } from './_ranking';

export const metric: Metric = {
  id: 'ndcg_10',
  title: 'NDCG at 10',
  summary:
    'The higher the true class stands among the ten likeliest, the more it counts: 1 / log2(place + 1), 0 beyond. The mean over the rows.',
  kind: 'classes',
  better: 'higher',
  compute: (p, targets) =>
    meanOf(p.rows, i => {
      const place = placeOf(p, i, targets[i]!);
      return place <= 10 ? 1 / Math.log2(place + 1) : 0;
    }),
};
