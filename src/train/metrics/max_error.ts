import type { Metric } from '../metric';
import { overColumns } from './_columns';

export const metric: Metric = {
  id: 'max_error',
  title: 'Largest error',
  summary: 'The largest distance of a prediction from its target.',
  kind: 'number',
  better: 'lower',
  compute: (predictions, targets) =>
    overColumns(predictions, targets, (p, y) =>
      y.reduce((worst, value, i) => Math.max(worst, Math.abs(p[i]! - value)), 0),
    ),
};
