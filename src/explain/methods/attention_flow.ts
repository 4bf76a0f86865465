/** Attention flow: the most that can flow from the output to each input, with attention as the capacity of pipes. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { attentionMaps, hasAttention, selfAttention } from '../transformer/attention';
import { overPositions, readPositions } from '../transformer/positions';
import { largestFlows, withResidual } from '../transformer/rollout';

const options = Type.Object(
  {
    positions: Type.Integer({
      minimum: 1,
      maximum: 64,
      default: 4,
      description: 'At most this many of the positions that the output reads, those that it reads most.',
    }),
  },
  { additionalProperties: false },
);

/** Longer sequences take minutes: rollout answers nearly the same question at once. */
const longest = 256;

export const method: ExplanationMethod = {
  id: 'attention_flow',
  title: 'Attention flow',
  paper: {
    authors: 'Abnar and Zuidema',
    year: 2020,
    title: 'Quantifying Attention Flow in Transformers',
    url: 'https://arxiv.org/abs/2005.00928',
  },
  summary:
    'How much could flow from each token or patch to the prediction, with attention as the width of pipes. For transformers.',
  scope: 'prediction',
  needs: [],
  options,
  judgedBy: ['deletion', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(oneInput, hasAttention),
  async explain(request, given) {
    const { positions } = readOptions(options, given, 'attention_flow');
    const maps = await attentionMaps(request);
    const length = maps.queries[0]!;
    if (length > longest)
      throw new VitrineError(
        'bad-request',
        `Flows through ${length} positions take too long (at most ${longest}). Use attention_rollout.`,
      );
    const read = await readPositions(request, maps);
    const layers = selfAttention(maps).map(l => withResidual(maps.maps[l]!, maps.heads[l]!, length));
    const chosen = Array.from(read.keys())
      .filter(p => read[p]! > 0)
      .sort((a, b) => read[b]! - read[a]!)
      .slice(0, positions);
    const total = chosen.reduce((s, p) => s + read[p]!, 0);
    const values = new Float64Array(length);
    for (const [i, p] of chosen.entries()) {
      throwIfCancelled(request.signal);
      largestFlows(layers, length, p).forEach((v, k) => {
        values[k]! += (v * read[p]!) / total;
      });
      request.onProgress?.((i + 1) / chosen.length);
    }
    return overPositions(request, values);
  },
};
