import type { Metric } from '../metric';
import { countClasses, mean, ratio } from './_counts';

export const metric: Metric = {
  id: 'macro_f1',
  title: 'Macro F1',
  summary: 'Unweighted mean over the classes of F1, the harmonic mean of precision and recall.',
  kind: 'classes',
  better: 'higher',
  compute(predictions, targets) {
    return mean(
      countClasses(predictions, targets).map(n => ratio(2 * n.truePositives, n.predicted + n.actual)),
    );
  },
};
