/** Does the simple model that explains the network answer like it in the neighbourhood? */
import { VitrineError } from '../../model/errors';
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Rule: the score is the weighted R² of the fit, 1 where the surrogate says all that the network does. */
export const measure: TrustMeasure = {
  id: 'surrogate_fit',
  title: 'Fit of the simple model',
  paper: {
    authors: 'Ribeiro, Singh and Guestrin',
    year: 2016,
    title: '"Why Should I Trust You?": Explaining the Predictions of Any Classifier',
    url: 'https://arxiv.org/abs/1602.04938',
  },
  summary: 'The simple model answers like the network for inputs near this one.',
  async judge(request, { facts }) {
    const words = wordsFor(request.language);
    const value = facts?.['r2'];
    if (value === undefined) throw new VitrineError('bad-request', 'This method fits no simple model.');
    const score = clamp01(value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.surrogate(words.percent(score), verdict),
    };
  },
};
