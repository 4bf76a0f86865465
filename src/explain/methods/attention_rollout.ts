/** Attention rollout: attention of all layers multiplied, the residual connections counted in. */
import { Type } from '@sinclair/typebox';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { type AttentionMaps, attentionMaps, hasAttention, selfAttention } from '../transformer/attention';
import {
  overPositions,
  positionNames,
  readPositions,
  shownPositions,
  weighed,
} from '../transformer/positions';
import { product, withResidual } from '../transformer/rollout';
import { wordsFor } from '../words/words';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'attention_rollout',
  title: 'Attention rollout',
  paper: {
    authors: 'Abnar and Zuidema',
    year: 2020,
    title: 'Quantifying Attention Flow in Transformers',
    url: 'https://arxiv.org/abs/2005.00928',
  },
  summary:
    'What the prediction can have looked at through all layers of attention together. For transformers.',
  scope: 'prediction',
  needs: [],
  options,
  judgedBy: ['deletion', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(oneInput, hasAttention),
  async explain(request, given) {
    readOptions(options, given, 'attention_rollout');
    const maps = await attentionMaps(request);
    const read = await readPositions(request, maps);
    const { matrix, length } = rollout(maps);
    return overPositions(request, weighed(matrix, read, length), [squareFigure(request, matrix, length)]);
  },
};

/** [length, length]: what a position behind the last layer has of each position of the input; rows sum to 1. */
export function rollout(maps: AttentionMaps): { matrix: Float64Array; length: number } {
  const length = maps.queries[0]!;
  let matrix: Float64Array | undefined;
  for (const l of selfAttention(maps)) {
    const own = withResidual(maps.maps[l]!, maps.heads[l]!, length);
    matrix = matrix ? product(own, matrix, length) : own;
  }
  return { matrix: matrix!, length };
}

/** A matrix between positions, without filling. */
export function squareFigure(request: ExplanationRequest, matrix: ArrayLike<number>, length: number) {
  const { figures } = wordsFor(request.language);
  const names = positionNames(request, length);
  const shown = shownPositions(names);
  const labels = shown.map(i => names[i]!);
  return {
    kind: 'matrix' as const,
    rows: { title: figures.position, labels },
    columns: { title: figures.reads, labels },
    values: shown.flatMap(q => shown.map(k => matrix[q * length + k]!)),
    scale: 'sequential' as const,
    value: figures.attention,
  };
}
