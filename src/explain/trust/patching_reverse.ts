/** Does carrying the other sample's parts over into this one point to the same places? */
import type { TrustMeasure } from '../method';
import { patch } from '../methods/activation_patching';
import { overlap } from '../numerics/statistics';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * Rule: score = Σ overlap / Σ larger over the effects of patches by station and position in both directions (the weighted
 * Jaccard index; effects of opposite sign do not overlap). Ranks would not do: a circuit carries nearly all of the answer
 * in each of its few cells, whose order is chance.
 */
export const measure: TrustMeasure = {
  id: 'patching_reverse',
  title: 'The other way round',
  paper: {
    authors: 'Heimersheim and Nanda',
    year: 2024,
    title: 'How to use and interpret activation patching',
    url: 'https://arxiv.org/abs/2404.15255',
  },
  summary: 'Carried over in the other direction, the same places matter.',
  async judge(request, attribution) {
    const words = wordsFor(request.language);
    const other = { shape: request.input!.shape, data: attribution.baseline!.data };
    const rival = attribution.facts!['rival']!;
    const back = await patch({ ...request, input: other, onProgress: undefined }, request.input!, rival);
    const value = overlap(attribution.values.data, back.stream);
    const score = clamp01(value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.reverse(words.percent(value), verdict),
    };
  },
};
