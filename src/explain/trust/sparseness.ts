/** Does an explanation rest on a few inputs, so that people can take it in? */
import type { TrustMeasure } from '../method';
import { hasSeveralParts, sumByUnit, unitsOf } from '../perturbation/units';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * The value is the Gini index of the attributions' sizes: 0 when all inputs have the same, near 1 when one has all.
 *
 * Rule: score = 0.4 + index, at most 1. A prediction may truly rest on all its inputs, so an even explanation is harder
 * to read but never fails by this alone.
 */
export const measure: TrustMeasure = {
  id: 'sparseness',
  title: 'Sparseness',
  paper: {
    authors: 'Chalasani, Chen, Chowdhury, Jha and Wu',
    year: 2020,
    title: 'Concise Explanations of Neural Networks using Adversarial Training',
    url: 'https://arxiv.org/abs/1810.06583',
  },
  summary: 'A few inputs have most of the weight, so that the explanation can be taken in.',
  applies: hasSeveralParts,
  async judge(request, { values }) {
    const words = wordsFor(request.language);
    const shape = request.input!.shape.slice(1);
    const size = shape.reduce((a, b) => a * b, 1);
    const parts =
      values.data.length === size
        ? sumByUnit(values.data, unitsOf(shape, request.dataset, Number.POSITIVE_INFINITY))
        : values.data;
    const value = gini(parts);
    const score = clamp01(0.4 + value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.sparseness(value.toFixed(2), verdict),
    };
  },
};

/** Gini index of the sizes (Hurley and Rickard 2009); 0 where all are zero. */
export function gini(values: ArrayLike<number>): number {
  const sizes = Float64Array.from(values, Math.abs).sort();
  const n = sizes.length;
  let sum = 0;
  let weighted = 0;
  sizes.forEach((v, i) => {
    sum += v;
    weighted += (2 * (i + 1) - n - 1) * v;
  });
  return sum > 0 ? weighted / (n * sum) : 0;
}
