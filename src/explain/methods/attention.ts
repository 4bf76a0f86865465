/** Attention itself: what each position looks at, in every layer and head. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { attentionMaps, hasAttention, selfAttention } from '../transformer/attention';
import { attentionFigure, overPositions, readPositions, weighed } from '../transformer/positions';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    layer: Type.Integer({
      minimum: -1,
      default: -1,
      description: 'The layer whose attention is laid over the input, from 0; the mean of all if -1.',
    }),
    head: Type.Integer({
      minimum: -1,
      default: -1,
      description: 'The head, from 0; the mean of all if -1.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'attention',
  title: 'Attention',
  paper: {
    authors: 'Bahdanau, Cho and Bengio',
    year: 2014,
    title: 'Neural Machine Translation by Jointly Learning to Align and Translate',
    url: 'https://arxiv.org/abs/1409.0473',
  },
  summary: 'What each token or patch looks at, by layer and head. For transformers.',
  scope: 'prediction',
  needs: [],
  options,
  judgedBy: ['deletion', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(oneInput, hasAttention),
  async explain(request, given) {
    const { layer, head } = readOptions(options, given, 'attention');
    const maps = await attentionMaps(request);
    const own = selfAttention(maps);
    if (layer >= maps.layers.length)
      throw new VitrineError(
        'bad-request',
        `There is no layer ${layer}: ${request.model.name} has ${maps.layers.length} layers of attention, 0 to ${maps.layers.length - 1}.`,
      );
    const most = Math.max(...maps.heads);
    if (head >= most)
      throw new VitrineError(
        'bad-request',
        `There is no head ${head}: layers have ${most}, 0 to ${most - 1}.`,
      );
    const chosen = layer < 0 ? own : [layer];
    const read = await readPositions(request, maps);
    const length = maps.keys[chosen[0]!]!;
    const values = new Float64Array(length);
    for (const l of chosen) {
      const heads = head < 0 ? Array.from({ length: maps.heads[l]! }, (_, h) => h) : [head];
      for (const h of heads) {
        const size = maps.queries[l]! * maps.keys[l]!;
        const row = weighed(maps.maps[l]!.subarray(h * size, (h + 1) * size), read, length);
        for (let k = 0; k < length; k++) values[k]! += row[k]! / heads.length / chosen.length;
      }
    }
    const figures = attentionFigure(
      request,
      maps,
      l => maps.maps[l]!,
      wordsFor(request.language).figures.attention,
      'sequential',
    );
    return {
      ...overPositions(request, values, figures),
      layers: chosen.map(l => maps.layers[l]!.name),
      facts: { layers: maps.layers.length, heads: maps.heads[0]! },
    };
  },
};
