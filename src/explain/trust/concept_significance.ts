/** Would random examples have pushed as much? */
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Rule: score = 1 - 6 p: significant at 0.05 is good (0.7), at 0.1 fair (0.4). */
export const measure: TrustMeasure = {
  id: 'concept_significance',
  title: 'More than random concepts',
  paper: {
    authors: 'Welch',
    year: 1947,
    title:
      "The Generalization of 'Student's' Problem when Several Different Population Variances are Involved",
    url: 'https://doi.org/10.1093/biomet/34.1-2.28',
  },
  summary: 'The concept pushes otherwise than sets of random rows do.',
  async judge({ language }, { facts }) {
    const words = wordsFor(language);
    const value = facts?.['p'] ?? 1;
    const score = clamp01(1 - 6 * value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.significance(value < 0.001 ? '< 0.001' : value.toFixed(3), verdict),
    };
  },
};
