/** Are the slices worse than the rest in one half of the rows and in the other? */
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Rule: score = the share of the slices told that are worse than the rest in both halves of the rows. */
export const measure: TrustMeasure = {
  id: 'slices_hold',
  title: 'Both halves',
  summary: 'Slices found in all rows are worse than the rest in each half of them.',
  async judge({ language }, { facts }) {
    const words = wordsFor(language);
    const value = facts?.['holding'] ?? 0;
    const score = clamp01(value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.halves(words.percent(value), verdict),
    };
  },
};
