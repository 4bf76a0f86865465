/** Do attributions tell how much the prediction changes when inputs are replaced? */
import { Random } from '../../model/random';
import type { TrustMeasure } from '../method';
import { deviation, pearson } from '../numerics/statistics';
import { baselineFor } from '../perturbation/baseline';
import { affordable } from '../perturbation/thrift';
import { hasSeveralParts, sumByUnit, unitsOf } from '../perturbation/units';
import { sampleOf, withProbe } from '../probe';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Random halves of the inputs that are replaced. */
const perturbations = 128;

/**
 * Half of the units, drawn anew each time, are replaced by the baseline; what the attributions say the prediction loses
 * is held against what it loses. `value` is the infidelity of Yeh et al., its scale chosen best and divided by the mean
 * square of the losses: 0 for a perfect explanation, 1 for one that says nothing.
 *
 * Rule: the score is the correlation of the two (Bhatt, Weller and Moura 2020, "Evaluating and Aggregating
 * Feature-based Model Explanations"), which asks for no scale: maps that only rank inputs can be right too. Always half
 * of them, so that it is the choice that matters and not their number.
 */
export const measure: TrustMeasure = {
  id: 'infidelity',
  title: 'Infidelity',
  paper: {
    authors: 'Yeh, Hsieh, Suggala, Inouye and Ravikumar',
    year: 2019,
    title: 'On the (In)fidelity and Sensitivity of Explanations',
    url: 'https://arxiv.org/abs/1901.09392',
  },
  summary: 'The attributions of random halves of the inputs tell how much the prediction falls without them.',
  applies: hasSeveralParts,
  async judge(request, attribution) {
    const words = wordsFor(request.language);
    const { data, shape } = sampleOf(request);
    const nothing =
      (attribution.baseline?.data as Float32Array | undefined) ?? baselineFor('zero', request, shape);
    const units = unitsOf(shape, request.dataset, affordable(request.model, shape, 196, 49));
    const count = affordable(request.model, shape, perturbations, 48);
    const weights = sumByUnit(attribution.values.data, units);
    const random = new Random(0, 'trust:infidelity');
    const half = Math.max(1, units.length >> 1);
    const chosen = Array.from({ length: count }, () => random.permutation(units.length).slice(0, half));
    const scores = await withProbe(request, shape, { rows: count + 1 }, probe =>
      probe.scores(count + 1, (row, into) => {
        into.set(data);
        if (row > 0)
          for (const u of chosen[row - 1]!) for (const i of units[u]!.indices) into[i] = nothing[i]!;
      }),
    );
    const lost = Float64Array.from(chosen, (_, k) => scores[0]! - scores[k + 1]!);
    const told = Float64Array.from(chosen, list => list.reduce((s, u) => s + weights[u]!, 0));
    const common = { id: measure.id, title: measure.title };
    if (units.length < 2 || deviation(lost) < 1e-6 * Math.max(1, Math.abs(scores[0]!)))
      return { ...common, value: 0, score: 0.5, verdict: 'fair', text: words.measures.orderUndecided };
    const value = infidelity(told, lost, true);
    const score = clamp01(pearson(told, lost));
    const verdict = verdictOf(score);
    const text = words.measures.infidelity(score.toFixed(2), verdict);
    return { ...common, value, score, verdict, text, detail: { told: [...told], lost: [...lost] } };
  },
};

/**
 * Mean of (told - lost)²; with `scaled`, told is first multiplied by the factor that makes it least. Captum's
 * `infidelity`, and with its `normalize` that factor, before dividing by the mean of lost².
 */
export function infidelity(told: ArrayLike<number>, lost: ArrayLike<number>, scaled = false): number {
  let tt = 0;
  let tl = 0;
  let ll = 0;
  for (let k = 0; k < told.length; k++) {
    tt += told[k]! ** 2;
    tl += told[k]! * lost[k]!;
    ll += lost[k]! ** 2;
  }
  if (!scaled) return (tt - 2 * tl + ll) / told.length;
  const best = tt > 0 ? tl / tt : 0;
  return ll > 0 ? Math.max(0, (best * best * tt - 2 * best * tl + ll) / ll) : 0;
}
