/** Would other rows of the same kind give the same rates? */
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * The value is the margin of the rate that is known least: half its interval of 95 %, which is how far other rows would
 * move it.
 *
 * Rule: score = 1 - 6 margins, so that ± 5 % is still good (0.7) and ± 10 % still fair (0.4), the margins that numbers of
 * rows are planned for (W. G. Cochran, "Sampling Techniques", 1977, chapter 4). By ± 12 % no two classes can be compared.
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
    const value = Math.min(1, facts?.['widest'] ?? 1) / 2;
    const score = clamp01(1 - 6 * value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.rows(words.percent(value), facts?.['fewest'] ?? 0, verdict),
    };
  },
};
