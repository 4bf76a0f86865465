/** Would other rows of the same kind give the same rates? */
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * Rule: the widest interval of 95 % among the rates, as a share of 1, costs its size: 30 % is still good (0.7), 60 %
 * still fair.
 */
export const measure: TrustMeasure = {
  id: 'enough_rows',
  title: 'Enough rows',
  paper: {
    authors: 'Wilson',
    year: 1927,
    title: 'Probable Inference, the Law of Succession, and Statistical Inference',
    url: 'https://doi.org/10.1080/01621459.1927.10502953',
  },
  summary: 'Other rows of the same kind would give nearly the same rates.',
  async judge({ language }, { facts }) {
    const words = wordsFor(language);
    const value = facts?.['widest'] ?? 1;
    const score = clamp01(1 - value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.rows(words.percent(Math.min(1, value)), facts?.['fewest'] ?? 0, verdict),
    };
  },
};
