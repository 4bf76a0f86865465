/** Does the layer know the concept at all? */
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * Rule: the value is the share of held-out examples that the concept's vector tells from the others; 0.5 is chance and
 * scores 0, 1 scores 1.
 */
export const measure: TrustMeasure = {
  id: 'concept_found',
  title: 'Concept recognised',
  paper: {
    authors: 'Kim, Wattenberg, Gilmer, Cai, Wexler, Viegas and Sayres',
    year: 2018,
    title:
      'Interpretability Beyond Feature Attribution: Quantitative Testing with Concept Activation Vectors (TCAV)',
    url: 'https://arxiv.org/abs/1711.11279',
  },
  summary: "Examples that the vector was not learned from are told apart by it in the layer's activations.",
  async judge({ language }, { facts }) {
    const words = wordsFor(language);
    const value = facts?.['accuracy'] ?? 0;
    const score = clamp01(2 * value - 1);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.conceptFound(words.percent(value), verdict),
    };
  },
};
