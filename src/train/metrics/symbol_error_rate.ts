import type { Metric } from '../metric';
import { edits, sequencesOf } from './_sequences';

export const metric: Metric = {
  id: 'symbol_error_rate',
  title: 'Symbol error rate',
  summary:
    'Symbols to insert, delete or replace (Levenshtein) in all predicted sequences, for each symbol of the true ones: the character or word error rate.',
  kind: 'sequence',
  better: 'lower',
  byDefault: true,
  compute(predictions, targets) {
    let wrong = 0;
    let symbols = 0;
    for (const { predicted, truth } of sequencesOf(predictions, targets)) {
      wrong += edits(predicted, truth);
      symbols += truth.length;
    }
    return wrong / symbols;
  },
};
