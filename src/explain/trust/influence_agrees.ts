/** Do the run's early and late weights name the same training rows? */
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * Rule: score = 0.4 + 0.6 times Spearman's correlation between the influences over the first half of the checkpoints
 * and over the second; with one checkpoint there is nothing to compare, which is fair (0.5).
 */
export const measure: TrustMeasure = {
  id: 'influence_agrees',
  title: 'Checkpoints agree',
  paper: {
    authors: 'Pruthi, Liu, Kale and Sundararajan',
    year: 2020,
    title: 'Estimating Training Data Influence by Tracing Gradient Descent',
    url: 'https://arxiv.org/abs/2002.08484',
  },
  summary: 'The first and the last checkpoints name the same training rows.',
  async judge({ language }, { facts }) {
    const words = wordsFor(language);
    const value = facts?.['agreement'];
    const score = value === undefined ? 0.5 : clamp01(0.4 + 0.6 * value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value: value ?? 0,
      score,
      verdict,
      text:
        value === undefined
          ? words.measures.oneCheckpoint
          : words.measures.checkpoints(value.toFixed(2), verdict),
    };
  },
};
