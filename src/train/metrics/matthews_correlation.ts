import type { Metric } from '../metric';

export const metric: Metric = {
  id: 'matthews_correlation',
  title: 'Matthews correlation',
  summary:
    'Correlation of predicted and true classes, -1 to 1 (Gorodkin 2004 for several classes); 0 is no better than chance.',
  kind: 'classes',
  better: 'higher',
  compute({ labels, columns }, targets) {
    const predicted = new Float64Array(columns);
    const actual = new Float64Array(columns);
    let right = 0;
    for (let i = 0; i < labels.length; i++) {
      predicted[labels[i]!]!++;
      actual[targets[i]!]!++;
      if (labels[i] === targets[i]) right++;
    }
    const n = labels.length;
    let both = 0;
    let predictedSquares = 0;
    let actualSquares = 0;
    for (let c = 0; c < columns; c++) {
      both += predicted[c]! * actual[c]!;
      predictedSquares += predicted[c]! ** 2;
      actualSquares += actual[c]! ** 2;
    }
    const spread = Math.sqrt((n * n - predictedSquares) * (n * n - actualSquares));
    // All rows in one class: the correlation has no value, and scikit-learn says 0.
    return spread === 0 ? 0 : (right * n - both) / spread;
  },
};
