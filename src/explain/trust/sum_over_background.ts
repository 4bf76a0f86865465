/** Do attributions that compare with many rows add up to the prediction minus the rows' mean prediction? */
import { VitrineError } from '../../model/errors';
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

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
    const difference = output - baselineOutput;
    let sum = 0;
    let size = 0;
    for (const v of values.data) {
      sum += v;
      size += Math.abs(v);
    }
    const scale = Math.max(Math.abs(difference), size / 100);
    const common = { id: measure.id, title: measure.title };
    if (scale < 1e-6)
      return { ...common, value: 0, score: 0.5, verdict: 'fair', text: words.measures.completenessFlat };
    const value = Math.abs(sum - difference) / scale;
    const score = clamp01(1 - 5 * value);
    const verdict = verdictOf(score);
    return {
      ...common,
      value,
      score,
      verdict,
      text: words.measures.completeness(words.percent(value), verdict),
    };
  },
};
