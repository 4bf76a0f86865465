/** Does the explanation depend on what the model learned? It should become another one when the weights are random. */
import { throwIfCancelled } from '../../model/errors';
import { ofInput } from '../figure';
import type { TrustMeasure } from '../method';
import { randomisedWeights } from '../numerics/randomWeights';
import { mean, spearman } from '../numerics/statistics';
import { affordable } from '../perturbation/thrift';
import { hasSeveralParts, sumByUnit, type Unit, unitsOf } from '../perturbation/units';
import { withWeights } from '../probe';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * Rule: score = 1 - mean rank correlation between the explanation and those of the same model with random weights
 * (never above 1). The correlation is Spearman's over signed attributions; inputs that both explanations leave at
 * zero (black pixels) are not counted, since agreeing on them says nothing. Few inputs agree by chance more often, so
 * they get more random models.
 */
export const measure: TrustMeasure = {
  id: 'model_randomisation',
  title: 'Sanity check',
  paper: {
    authors: 'Adebayo, Gilmer, Muelly, Goodfellow, Hardt and Kim',
    year: 2018,
    title: 'Sanity Checks for Saliency Maps',
    url: 'https://arxiv.org/abs/1810.03292',
  },
  summary: 'The explanation shows what the model learned: with random weights it is another one.',
  applies: hasSeveralParts,
  async judge(request, attribution, method) {
    const words = wordsFor(request.language);
    const shape = request.input!.shape.slice(1);
    const size = shape.reduce((a, b) => a * b, 1);
    // Explanations of a layer have a value for each of its units instead.
    const units =
      attribution.values.data.length === size && ofInput(attribution)
        ? unitsOf(shape, request.dataset, Number.POSITIVE_INFINITY)
        : Array.from(attribution.values.data, (_, i): Unit => ({ indices: Int32Array.of(i) }));
    const trained = sumByUnit(attribution.values.data, units);
    const usual = units.length < 6 ? 30 : units.length < 20 ? 12 : 5;
    const models = affordable(request.model, shape, usual, 3);
    const correlations: number[] = [];
    for (let seed = 0; seed < models; seed++) {
      throwIfCancelled(request.signal);
      const weights = randomisedWeights(request.model, request.weights, seed);
      const other = await method.explain({ ...withWeights(request, weights), onProgress: undefined }, {});
      correlations.push(rankCorrelation(trained, sumByUnit(other.values.data, units)));
    }
    const value = mean(correlations);
    const score = clamp01(1 - Math.max(0, value));
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.randomisation(value.toFixed(2), verdict),
      detail: { correlations },
    };
  },
};

/** Spearman's correlation over the places where either is not zero; an explanation that is all zero agrees with none. */
export function rankCorrelation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const places = Array.from({ length: a.length }, (_, i) => i).filter(i => a[i] !== 0 || b[i] !== 0);
  return spearman(
    places.map(i => a[i]!),
    places.map(i => b[i]!),
  );
}
