import type { Metric } from '../metric';
import { meanOf, overColumns } from './_columns';

export const metric: Metric = {
  id: 'r2',
  title: 'R²',
  summary: 'Share of the target’s variance that the predictions explain; 0 is no better than its mean.',
  kind: 'number',
  better: 'higher',
  byDefault: true,
  compute: (predictions, targets) =>
    overColumns(predictions, targets, (p, y) => {
      if (y.length < 2) return Number.NaN;
      const mean = meanOf(y.length, i => y[i]!);
      const residual = meanOf(y.length, i => (p[i]! - y[i]!) ** 2);
      const total = meanOf(y.length, i => (y[i]! - mean) ** 2);
      // A constant target: scikit-learn gives 1 to a perfect prediction and 0 to any other.
      if (total === 0) return residual === 0 ? 1 : 0;
      return 1 - residual / total;
    }),
};
