import type { Metric } from '../metric';
import { meanOf, overColumns } from './_columns';

export const metric: Metric = {
  id: 'mse',
  title: 'Mean squared error',
  summary: 'Mean squared distance of prediction and target.',
  kind: 'number',
  better: 'lower',
  compute: (predictions, targets) =>
    overColumns(predictions, targets, (p, y) => meanOf(y.length, i => (p[i]! - y[i]!) ** 2)),
};
