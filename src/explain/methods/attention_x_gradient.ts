/**
 * Attention x gradient: attention counts where more of it would raise the explained output, and layers are joined as
 * in a rollout.
 */
import { Type } from '@sinclair/typebox';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { type AttentionMaps, attentionMaps, hasAttention, selfAttention } from '../transformer/attention';
import { attentionFigure, overPositions, readPositions, weighed } from '../transformer/positions';
import { product } from '../transformer/rollout';
import { wordsFor } from '../words/words';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'attention_x_gradient',
  title: 'Attention x gradient',
  paper: {
    authors: 'Chefer, Gur and Wolf',
    year: 2021,
    title:
      'Generic Attention-model Explainability for Interpreting Bi-Modal and Encoder-Decoder Transformers',
    url: 'https://arxiv.org/abs/2103.15679',
  },
  summary:
    'Which tokens or patches the attention that speaks for the prediction looked at. For transformers.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(oneInput, hasAttention),
  async explain(request, given) {
    readOptions(options, given, 'attention_x_gradient');
    const maps = await attentionMaps(request, { gradients: true });
    const read = await readPositions(request, maps);
    const { matrix, length } = relevance(maps);
    // What a position has of itself by being there is no attention.
    for (let i = 0; i < length; i++) matrix[i * length + i]! -= 1;
    const figures = attentionFigure(
      request,
      maps,
      l => timesGradient(maps, l),
      wordsFor(request.language).figures.attentionGradient,
      'diverging',
    );
    return overPositions(request, weighed(matrix, read, length), figures);
  },
};

function timesGradient(maps: AttentionMaps, l: number): Float32Array {
  const gradient = maps.gradients[l]!;
  return maps.maps[l]!.map((a, i) => a * gradient[i]!);
}

/** R ← R + mean over heads of (A ⊙ ∇A)⁺ · R, from the identity, layer by layer. */
export function relevance(maps: AttentionMaps): { matrix: Float64Array; length: number } {
  const length = maps.queries[0]!;
  let matrix = new Float64Array(length * length);
  for (let i = 0; i < length; i++) matrix[i * length + i] = 1;
  for (const l of selfAttention(maps)) {
    const both = timesGradient(maps, l);
    const heads = maps.heads[l]!;
    const mean = new Float64Array(length * length);
    both.forEach((v, i) => {
      mean[i % mean.length]! += Math.max(0, v) / heads;
    });
    const step = product(mean, matrix, length);
    matrix = matrix.map((v, i) => v + step[i]!);
  }
  return { matrix, length };
}
