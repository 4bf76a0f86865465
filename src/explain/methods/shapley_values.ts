/** Shapley values, exactly: every coalition of inputs is tried, so only for few inputs. */
import { Type } from '@sinclair/typebox';
import type { Dataset } from '../../data/dataset';
import { VitrineError } from '../../model/errors';
import type { Model } from '../../model/graph';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineFor, baselineOption } from '../perturbation/baseline';
import { unitsDescription, withGame } from '../perturbation/coalitions';
import { spreadOverUnits, type Unit, unitsOf } from '../perturbation/units';
import { sampleOf } from '../probe';
import { all, oneInput } from '../suits';

/** 2^14 coalitions are 16384 predictions. */
const mostPlayers = 14;

const options = Type.Object(
  {
    baseline: baselineOption,
    units: Type.Integer({
      minimum: 1,
      maximum: mostPlayers,
      default: mostPlayers,
      description: unitsDescription,
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'shapley_values',
  title: 'Shapley values (exact)',
  paper: {
    authors: 'Shapley',
    year: 1953,
    title: 'A Value for n-Person Games',
    url: 'https://doi.org/10.1515/9781400881970-018',
  },
  summary:
    'The fair share of each input in the prediction, over all orders of adding them; for up to 14 inputs.',
  scope: 'prediction',
  needs: ['baseline'],
  options,
  judgedBy: [
    'completeness',
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: all(oneInput, fewEnough),
  async explain(request, given) {
    const { baseline, units } = readOptions(options, given, 'shapley_values');
    const { shape } = sampleOf(request);
    return shapleyValues(
      request,
      baselineFor(baseline, request, shape),
      unitsOf(shape, request.dataset, units),
    );
  },
};

/** Pixels and tokens are taken together until they are few; columns stay what they are. */
function fewEnough(_: Model, dataset?: Dataset): string | undefined {
  const n = dataset ? unitsOf(dataset.sampleShape, dataset, mostPlayers).length : 0;
  return n > mostPlayers ? tooMany(n) : undefined;
}

const tooMany = (n: number) =>
  `Exact Shapley values try every coalition of inputs: ${n} inputs have 2^${n}, and at most ${mostPlayers} inputs are allowed. ` +
  'Use kernel_shap or shapley_value_sampling, which sample.';

/**
 * φ_i = Σ over coalitions S without i of |S|! (n - |S| - 1)! / n! · (worth(S ∪ i) - worth(S)). A unit's value is divided
 * evenly among its entries.
 *
 * @throws bad-request for more than 14 units, naming methods that sample.
 */
export async function shapleyValues(
  request: ExplanationRequest,
  baseline: Float32Array,
  units: readonly Unit[],
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const n = units.length;
  if (n > mostPlayers) {
    throw new VitrineError('bad-request', tooMany(n));
  }
  const values = await withGame(request, baseline, units, 2 ** n, async game => {
    const worth = await game.worth(2 ** n, (s, player) => ((s >> player) & 1) === 1, request.onProgress);
    // |S|! (n - |S| - 1)! / n! = 1 / (n · binomial(n - 1, |S|))
    const weight = new Float64Array(n);
    for (let k = 0, binomial = 1; k < n; k++) {
      weight[k] = 1 / (n * binomial);
      binomial = (binomial * (n - 1 - k)) / (k + 1);
    }
    const phi = new Float64Array(n);
    for (let s = 0; s < 2 ** n; s++) {
      const size = bits(s);
      for (let i = 0; i < n; i++) {
        if (((s >> i) & 1) === 0) phi[i]! += weight[size]! * (worth[s | (1 << i)]! - worth[s]!);
      }
    }
    return phi;
  });
  return {
    values: { shape, data: spreadOverUnits(values, units, data.length, true) },
    baseline: { shape, data: baseline },
    facts: { units: n, predictions: 2 ** n },
  };
}

function bits(s: number): number {
  let count = 0;
  for (let x = s; x > 0; x &= x - 1) count++;
  return count;
}
