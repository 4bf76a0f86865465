import type { Metric } from '../metric';
import { countClasses, mean, ratio } from './_counts';

export const metric: Metric = {
  id: 'macro_recall',
  title: 'Macro recall',
  summary: 'Mean over the classes of the share of the class that was found.',
  kind: 'classes',
  better: 'higher',
  compute(predictions, targets) {
    return mean(countClasses(predictions, targets).map(n => ratio(n.truePositives, n.actual)));
  },
};
