/** Cross-attention: where a model that writes a sequence looks in the one that it has read. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { asMatrix, crossAttentions, writtenOf } from '../answers/sequences';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { writesSequences } from '../suits';
import { wordsFor } from '../words/words';

const options = Type.Object(
  {
    layer: Type.Integer({
      minimum: -1000,
      maximum: 1000,
      default: -1,
      description: 'Which cross-attention, from 0; -1 is the last.',
    }),
    head: Type.Integer({
      minimum: -1,
      maximum: 1000,
      default: -1,
      description: 'Which head, from 0; -1 is the mean of all.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'cross_attention',
  title: 'Cross-attention',
  paper: {
    authors: 'Bahdanau, Cho and Bengio',
    year: 2015,
    title: 'Neural Machine Translation by Jointly Learning to Align and Translate',
    url: 'https://arxiv.org/abs/1409.0473',
  },
  summary: 'Which words it looked at while it wrote each word.',
  scope: 'prediction',
  sequences: true,
  needs: [],
  options,
  judgedBy: ['model_randomisation', 'word_removal'],
  suits: writesSequences,
  async explain(request, given) {
    const { layer, head } = readOptions(options, given, 'cross_attention');
    const { engine, model, weights, input } = request;
    const w = writtenOf(request);
    const found = crossAttentions(model, w.sizes);
    const id = found.at(layer);
    if (id === undefined)
      throw new VitrineError(
        'bad-request',
        found.length === 0
          ? `${model.name} has no attention from what it writes to what it reads. Use source_removal.`
          : `${model.name} has ${found.length} cross-attentions, 0 to ${found.length - 1}; ${layer} was asked for.`,
      );
    const batch = model.values[model.inputs[0]!]!.shape[0]!;
    const evaluator = await engine.evaluator(model, {
      bindings: typeof batch === 'string' ? { [batch]: 1 } : {},
      weights,
      fetch: [id],
    });
    let values: Float32Array;
    try {
      const { shape, data } = (await evaluator.run({ [model.inputs[0]!]: input! })).values[id]!;
      const [t, s] = shape.slice(-2) as [number, number];
      const heads = shape.length === 4 ? shape[1]! : 1;
      if (head >= heads)
        throw new VitrineError(
          'bad-request',
          `There are ${heads} heads, 0 to ${heads - 1}; ${head} was asked for.`,
        );
      const chosen = head < 0 ? Array.from({ length: heads }, (_, h) => h) : [head];
      values = new Float32Array(w.written.length * w.source.length);
      w.written.forEach((_, row) => {
        w.source.forEach((column, c) => {
          for (const h of chosen)
            values[row * w.source.length + c]! += data[(h * t + row) * s + column]! / chosen.length;
        });
      });
    } finally {
      await evaluator.dispose();
    }
    return asMatrix(request, w, values, {
      value: wordsFor(request.language).figures.attention,
      scale: 'sequential',
      facts: { layers: found.length },
    });
  },
};
