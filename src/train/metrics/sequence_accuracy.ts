import type { Metric } from '../metric';
import { edits, sequencesOf } from './_sequences';

export const metric: Metric = {
  id: 'sequence_accuracy',
  title: 'Sequence accuracy',
  summary: 'Share of rows whose predicted sequence is the true one from the first symbol to the last.',
  kind: 'sequence',
  better: 'higher',
  byDefault: true,
  compute(predictions, targets) {
    let right = 0;
    for (const { predicted, truth } of sequencesOf(predictions, targets))
      if (edits(predicted, truth) === 0) right++;
    return right / predictions.rows;
  },
};
