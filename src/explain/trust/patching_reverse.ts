/** Does carrying the other sample's parts over into this one point to the same places? */
import type { TrustMeasure } from '../method';
import { patch } from '../methods/activation_patching';
import { spearman } from '../statistics';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words';

/**
 * Rule: score = Spearman's correlation between the effects of patches by station and position in both directions, over
 * the cells where either is more than a hundredth of the way; not below 0.
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
    const there = attribution.values.data;
    const cells = Array.from(there.keys()).filter(
      i => Math.abs(there[i]!) > 0.01 || Math.abs(back.stream[i]!) > 0.01,
    );
    const value = spearman(
      cells.map(i => there[i]!),
      cells.map(i => back.stream[i]!),
    );
    const score = clamp01(value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.reverse(value.toFixed(2), verdict),
    };
  },
};
