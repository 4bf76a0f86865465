import type { Metric } from '../metric';

/** As scikit-learn clips: the machine epsilon of the probabilities' type, here float32. */
const epsilon = 2 ** -23;

export const metric: Metric = {
  id: 'log_loss',
  title: 'Log loss',
  summary: 'Mean of -log of the probability given to the true class.',
  kind: 'classes',
  better: 'lower',
  compute({ probabilities, rows, columns }, targets) {
    if (!probabilities) return Number.NaN;
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const p = probabilities[i * columns + targets[i]!]!;
      sum -= Math.log(Math.min(1 - epsilon, Math.max(epsilon, p)));
    }
    return sum / rows;
  },
};
