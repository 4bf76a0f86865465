import type { Metric } from '../metric';
import { meanOf, overColumns } from './_columns';

export const metric: Metric = {
  id: 'rmse',
  title: 'Root mean squared error',
  summary:
    'Square root of the mean squared distance, in the unit of the target; several outputs: the mean of their roots.',
  kind: 'number',
  better: 'lower',
  compute: (predictions, targets) =>
    overColumns(predictions, targets, (p, y) => Math.sqrt(meanOf(y.length, i => (p[i]! - y[i]!) ** 2))),
};
