/** Does the head understand the stream before it is finished? */
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * Rule: score = the share of positions at which the lens gives the model's own best answer one block before the end.
 * A model whose stream turns into answers only in its last block is read wrongly by the lens before it (Belrose et al.).
 */
export const measure: TrustMeasure = {
  id: 'lens_speaks',
  title: 'Early answers',
  paper: {
    authors: 'Belrose, Furman, Smith, Halawi, Ostrovsky, McKinney, Biderman and Steinhardt',
    year: 2023,
    title: 'Eliciting Latent Predictions from Transformers with the Tuned Lens',
    url: 'https://arxiv.org/abs/2303.08112',
  },
  summary: 'One block before the end the lens already gives mostly the answers of the model.',
  async judge({ language }, { facts }) {
    const words = wordsFor(language);
    const value = facts?.['agreement'] ?? 0;
    const score = clamp01(value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.lens(words.percent(value), verdict),
    };
  },
};
