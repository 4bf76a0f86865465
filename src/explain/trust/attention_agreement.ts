/** Does what matters agree with where the model looked? */

import { crossAttentions, writtenOf } from '../answers/sequences';
import type { TrustMeasure } from '../method';
import { method as crossAttention } from '../methods/cross_attention';
import { wordsFor } from '../words/words';
import { agreement } from './word_removal';

/** As `word_removal`; a model without cross-attention is not judged by it (score 1). */
export const measure: TrustMeasure = {
  id: 'attention_agreement',
  title: 'Agreement with attention',
  summary: 'Words without which a written word becomes less likely are those that were looked at.',
  async judge(request, attribution) {
    const w = writtenOf(request);
    if (crossAttentions(request.model, w.sizes).length === 0)
      return {
        id: measure.id,
        title: measure.title,
        value: 1,
        score: 1,
        verdict: 'good',
        text: wordsFor(request.language).measures.noAttention,
      };
    const other = await crossAttention.explain({ ...request, onProgress: undefined }, {});
    return agreement(measure, request, attribution.values.data, other.values.data, w.source.length);
  },
};
