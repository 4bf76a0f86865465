/** Shapley values by sampling: inputs are added one after the other in random orders, and what each adds is averaged. */
import { Type } from '@sinclair/typebox';
import { Random } from '../../model/random';
import { Moments } from '../gradients';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineFor, baselineOption } from '../perturbation/baseline';
import { unitsDescription, withGame } from '../perturbation/coalitions';
import { spreadOverUnits, type Unit, unitsOf } from '../perturbation/units';
import { sampleOf } from '../probe';
import { oneInput } from '../suits';

const options = Type.Object(
  {
    permutations: Type.Integer({ minimum: 2, maximum: 100000, default: 100, description: 'Random orders.' }),
    baseline: baselineOption,
    units: Type.Integer({ minimum: 1, maximum: 4096, default: 64, description: unitsDescription }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same orders.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'shapley_value_sampling',
  title: 'Shapley values (sampled)',
  paper: {
    authors: 'Štrumbelj and Kononenko',
    year: 2010,
    title: 'An Efficient Explanation of Individual Classifications using Game Theory',
    url: 'https://www.jmlr.org/papers/v11/strumbelj10a.html',
  },
  summary: 'The fair share of each input in the prediction, estimated from random orders of adding them.',
  scope: 'prediction',
  needs: ['baseline'],
  options,
  judgedBy: [
    'sampling_error',
    'completeness',
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: oneInput,
  async explain(request, given) {
    const { permutations, baseline, units, seed } = readOptions(options, given, 'shapley_value_sampling');
    const { shape } = sampleOf(request);
    const start = baselineFor(baseline, request, shape);
    return shapleyValueSampling(request, start, unitsOf(shape, request.dataset, units), {
      permutations,
      seed,
    });
  },
};

/** An unbiased estimate with its standard error; the values of one order always sum to the whole difference. */
export async function shapleyValueSampling(
  request: ExplanationRequest,
  baseline: Float32Array,
  units: readonly Unit[],
  { permutations, seed }: { permutations: number; seed: number },
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const n = units.length;
  const random = new Random(seed, 'shapley_value_sampling');
  const moments = new Moments(n);
  // Some orders at a time, so that a batch is full and cancellation is heard.
  const chunk = Math.min(permutations, Math.max(1, Math.floor(512 / n)));
  await withGame(request, baseline, units, chunk * (n - 1), async game => {
    for (let from = 0; from < permutations; from += chunk) {
      const orders = Array.from({ length: Math.min(chunk, permutations - from) }, () =>
        random.permutation(n),
      );
      const places = orders.map(order => {
        const place = new Int32Array(n);
        order.forEach((player, at) => {
          place[player] = at;
        });
        return place;
      });
      const steps = n - 1;
      const worth = await game.worth(
        orders.length * steps,
        (row, player) => places[Math.floor(row / steps)]![player]! <= row % steps,
      );
      const { nothing, all } = await game.ends();
      orders.forEach((order, k) => {
        const gains = new Float64Array(n);
        let before = nothing;
        order.forEach((player, at) => {
          const now = at === n - 1 ? all : worth[k * steps + at]!;
          gains[player] = now - before;
          before = now;
        });
        moments.add(gains);
      });
      request.onProgress?.(Math.min(1, (from + chunk) / permutations));
    }
  });
  return {
    values: { shape, data: spreadOverUnits(moments.mean, units, data.length, true) },
    spread: { shape, data: spreadOverUnits(moments.standardError(), units, data.length, true) },
    baseline: { shape, data: baseline },
    facts: { units: n, permutations },
  };
}
