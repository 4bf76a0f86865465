/** Does a method of another family rank the inputs alike? */

import { nameOf } from '../../names/names';
import type { Attribution, ExplanationRequest, TrustMeasure } from '../method';
import { method as ablation, featureAblation } from '../methods/feature_ablation';
import { method as gradients, integratedGradients } from '../methods/integrated_gradients';
import { baselineFor } from '../perturbation/baseline';
import { hasSeveralParts, importanceByUnit, sumByUnit, unitsOf } from '../perturbation/units';
import { sampleOf } from '../probe';
import { hasGradients } from '../suits';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';
import { rankCorrelation } from './model_randomisation';

/**
 * Gradient methods are held against feature ablation, methods that ablate or sample against integrated gradients (or
 * ablation, where the model has no gradients). A map without signs, and the sizes of slopes, are compared with the
 * other's sizes.
 *
 * Rule: score = 0.4 + 0.6 times the rank correlation: 0.5 is good. Methods answer different questions, so that no
 * agreement is a warning (fair); only the opposite order fails.
 */
export const measure: TrustMeasure = {
  id: 'second_method',
  title: 'Agreement with a second method',
  paper: {
    authors: 'Krishna, Han, Gu, Wu, Jabbari and Lakkaraju',
    year: 2022,
    title: "The Disagreement Problem in Explainable Machine Learning: A Practitioner's Perspective",
    url: 'https://arxiv.org/abs/2202.01602',
  },
  summary: 'A method of another family ranks the inputs alike.',
  applies: hasSeveralParts,
  async judge(request, attribution, method) {
    const words = wordsFor(request.language);
    const { shape } = sampleOf(request);
    const units = unitsOf(shape, request.dataset, 64);
    const own = importanceByUnit(attribution, units);
    const ablates =
      !method.needs.includes('gradients') && hasGradients(request.model, request.dataset) === undefined;
    const second = ablates ? 'integrated_gradients' : 'feature_ablation';
    const other = sumByUnit((await explainAgain(request, attribution, second)).values.data, units);
    if (second === 'feature_ablation')
      // Every entry has its unit's value there, and not a share of it.
      units.forEach((u, i) => {
        other[i]! /= u.indices.length;
      });
    const signed = own.some(v => v < 0);
    const value = rankCorrelation(own, signed ? other : other.map(Math.abs));
    const score = clamp01(0.4 + 0.6 * value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text: words.measures.second(
        nameOf('method', second, ablates ? gradients : ablation, request.language).title,
        value.toFixed(2),
        verdict,
      ),
    };
  },
};

function explainAgain(
  request: ExplanationRequest,
  attribution: Attribution,
  id: 'integrated_gradients' | 'feature_ablation',
): Promise<Attribution> {
  const { shape } = sampleOf(request);
  const nothing =
    (attribution.baseline?.data as Float32Array | undefined) ?? baselineFor('zero', request, shape);
  return id === 'integrated_gradients'
    ? integratedGradients(request, nothing, { steps: 50, rule: 'gausslegendre' })
    : featureAblation(request, nothing, unitsOf(shape, request.dataset, 64));
}
