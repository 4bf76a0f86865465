/** Has a method that samples sampled enough? */
import type { TrustMeasure } from '../method';
import { norm } from '../numerics/statistics';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Rule: the norm of the standard errors, relative to that of the values, costs twice its size. */
export const measure: TrustMeasure = {
  id: 'sampling_error',
  title: 'Sampling error',
  summary: 'Other random samples would give nearly the same explanation.',
  async judge(request, { values, spread }) {
    const words = wordsFor(request.language);
    const common = { id: measure.id, title: measure.title };
    if (!spread)
      return { ...common, value: 0, score: 1, verdict: 'good', text: words.measures.samplingExact };
    const size = norm(values.data);
    const error = norm(spread.data);
    const value = size > 0 ? error / size : error > 0 ? 1 : 0;
    const score = clamp01(1 - 2 * value);
    const verdict = verdictOf(score);
    return { ...common, value, score, verdict, text: words.measures.sampling(words.percent(value), verdict) };
  },
};
