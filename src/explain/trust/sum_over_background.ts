/** Do attributions that compare with many rows add up to the prediction minus the rows' mean prediction? */
import { VitrineError } from '../../model/errors';
import type { TrustMeasure } from '../method';
import { wordsFor } from '../words/words';
import { judgeSum } from './_sum';

/** Rule: as for completeness, with the mean output of the background in place of the baseline's. */
export const measure: TrustMeasure = {
  id: 'sum_over_background',
  title: 'Completeness over the background',
  paper: {
    authors: 'Lundberg and Lee',
    year: 2017,
    title: 'A Unified Approach to Interpreting Model Predictions',
    url: 'https://arxiv.org/abs/1705.07874',
  },
  summary:
    'The attributions add up to the difference between this prediction and the mean one of typical rows.',
  async judge(request, { values, facts }) {
    const words = wordsFor(request.language);
    const { output, baselineOutput } = facts ?? {};
    if (output === undefined || baselineOutput === undefined)
      throw new VitrineError('bad-request', 'This method compares with no rows.');
    return judgeSum(measure, values.data, output - baselineOutput, words);
  },
};
