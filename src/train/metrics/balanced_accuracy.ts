import type { Metric } from '../metric';
import { countClasses, mean } from './_counts';

export const metric: Metric = {
  id: 'balanced_accuracy',
  title: 'Balanced accuracy',
  summary:
    'Mean recall over the classes that occur among the targets; a rare class counts as much as a common one.',
  kind: 'classes',
  better: 'higher',
  compute(predictions, targets) {
    return mean(
      countClasses(predictions, targets)
        .filter(n => n.actual > 0)
        .map(n => n.truePositives / n.actual),
    );
  },
};
