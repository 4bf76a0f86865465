import type { Metric } from '../metric';
import { countClasses, mean, ratio } from './_counts';

export const metric: Metric = {
  id: 'macro_precision',
  title: 'Macro precision',
  summary: 'Mean over the classes of the share of rows predicted as the class that are of it.',
  kind: 'classes',
  better: 'higher',
  compute(predictions, targets) {
    return mean(countClasses(predictions, targets).map(n => ratio(n.truePositives, n.predicted)));
  },
};
