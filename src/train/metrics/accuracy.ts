import type { Metric } from '../metric';

export const metric: Metric = {
  id: 'accuracy',
  title: 'Accuracy',
  summary: 'Share of rows whose predicted class is the true one.',
  kind: 'classes',
  better: 'higher',
  byDefault: true,
  compute({ labels }, targets) {
    let right = 0;
    for (let i = 0; i < labels.length; i++) if (labels[i] === targets[i]) right++;
    return right / labels.length;
  },
};
