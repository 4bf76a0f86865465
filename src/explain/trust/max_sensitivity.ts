/** How much an explanation changes when its input changes by next to nothing. */
import { Random } from '../../model/random';
import { ofInput } from '../figure';
import type { Attribution, TrustMeasure } from '../method';
import { norm } from '../numerics/statistics';
import { affordable } from '../perturbation/thrift';
import { importanceByUnit, unitsOf } from '../perturbation/units';
import { sampleOf } from '../probe';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Captum's default: each value moves by at most this much, in the units that the model sees. */
const radius = 0.02;
const perturbations = 8;

/**
 * Told of the parts that the deletion test and infidelity ask about too: a column, a pixel with its channels, of larger
 * pictures small patches. Max pooling and ReLUs hand a patch's whole weight now to one of its pixels, now to its
 * neighbour, as noise decides; the map's message, which patch it is, stays the same (A. Kapishnikov, T. Bolukbasi,
 * F. Viégas, M. Terry, "XRAI: Better Attributions Through Regions", ICCV 2019, sums over regions for that reason).
 *
 * Rule: the largest relative change costs twice its size: 15 % is still good (0.7), 30 % still fair, 50 % nothing.
 * A method that samples gets the same seed each time, so that its own noise is not counted.
 */
export const measure: TrustMeasure = {
  id: 'max_sensitivity',
  title: 'Stability',
  paper: {
    authors: 'Yeh, Hsieh, Suggala, Inouye and Ravikumar',
    year: 2019,
    title: 'On the (In)fidelity and Sensitivity of Explanations',
    url: 'https://arxiv.org/abs/1901.09392',
  },
  continuous: true,
  summary: 'A slightly different input gets nearly the same explanation.',
  async judge(request, attribution, method) {
    const words = wordsFor(request.language);
    const { data, shape } = sampleOf(request);
    const random = new Random(0, 'trust:max_sensitivity');
    const samples = Array.from({ length: affordable(request.model, shape, perturbations, 3) }, () =>
      data.map(v => v + random.uniform(-radius, radius)),
    );
    const size = data.length;
    const units = unitsOf(shape, request.dataset, affordable(request.model, shape, 196, 49));
    // Explanations of a layer have a value for each of its units instead.
    const told = (a: Attribution) =>
      a.values.data.length === size && ofInput(a) ? importanceByUnit(a, units) : a.values.data;
    const value = await maxSensitivity(told(attribution), samples, async sample => {
      const moved = {
        ...request,
        input: { shape: request.input!.shape, data: sample },
        onProgress: undefined,
      };
      return told(await method.explain(moved, {}));
    });
    const score = clamp01(1 - 2 * value);
    const verdict = verdictOf(score);
    return {
      id: measure.id,
      title: measure.title,
      value,
      score,
      verdict,
      text:
        value === Number.MAX_VALUE
          ? words.measures.sensitivityOfNothing
          : words.measures.sensitivity(words.percent(value), verdict),
    };
  },
};

/**
 * max over the samples of |explanation(sample) - explanation| / |explanation|, in the Euclidean norm: Captum's
 * `sensitivity_max`. An explanation that is all zero has changed infinitely when it changes at all.
 */
export async function maxSensitivity(
  explanation: ArrayLike<number>,
  samples: readonly Float32Array[],
  explain: (sample: Float32Array) => Promise<ArrayLike<number>>,
): Promise<number> {
  const size = norm(explanation);
  let worst = 0;
  for (const sample of samples) {
    const other = await explain(sample);
    const change = norm(Float64Array.from(other, (v, i) => v - explanation[i]!));
    worst = Math.max(worst, size > 0 ? change / size : change > 0 ? Number.MAX_VALUE : 0);
  }
  return worst;
}
