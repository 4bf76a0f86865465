import type { Metric } from '../metric';
import { meanOf, overColumns } from './_columns';

export const metric: Metric = {
  id: 'mae',
  title: 'Mean absolute error',
  summary: 'Mean distance of prediction and target, in the unit of the target.',
  kind: 'number',
  better: 'lower',
  byDefault: true,
  compute: (predictions, targets) =>
    overColumns(predictions, targets, (p, y) => meanOf(y.length, i => Math.abs(p[i]! - y[i]!))),
};
