import type { Metric } from '../metric';
import { meanOf } from './_columns';
import { placeOf } from './_ranking';

export const metric: Metric = {
  id: 'hit_rate_10',
  title: 'Hit rate at 10',
  summary: 'Share of rows whose true class is among the ten likeliest (recall at 10 of a recommender).',
  kind: 'classes',
  better: 'higher',
  compute: (p, targets) => meanOf(p.rows, i => (placeOf(p, i, targets[i]!) <= 10 ? 1 : 0)),
};
