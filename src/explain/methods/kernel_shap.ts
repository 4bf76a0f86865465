/** KernelSHAP: Shapley values as the solution of a weighted linear regression over coalitions of inputs. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { leastSquares } from '../numerics/linear';
import { readOptions } from '../options';
import { baselineFor, baselineOption } from '../perturbation/baseline';
import { unitsDescription, withGame } from '../perturbation/coalitions';
import { spreadOverUnits, type Unit } from '../perturbation/units';
import { sampleOf } from '../probe';
import { oneInput } from '../suits';
import { partsOf, partsOption } from '../superpixels/superpixels';

const options = Type.Object(
  {
    samples: Type.Integer({ minimum: 8, maximum: 1000000, default: 1024, description: 'Coalitions to try.' }),
    baseline: baselineOption,
    units: Type.Integer({ minimum: 1, maximum: 512, default: 64, description: unitsDescription }),
    parts: partsOption('squares'),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same coalitions.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'kernel_shap',
  title: 'KernelSHAP',
  paper: {
    authors: 'Lundberg and Lee',
    year: 2017,
    title: 'A Unified Approach to Interpreting Model Predictions',
    url: 'https://arxiv.org/abs/1705.07874',
  },
  summary:
    'The fair share of each input in the prediction, from a regression over present and absent inputs.',
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
    const { samples, baseline, units, parts, seed } = readOptions(options, given, 'kernel_shap');
    const { data, shape } = sampleOf(request);
    const start = baselineFor(baseline, request, shape);
    const divided = partsOf(data, shape, request.dataset, units, parts, seed);
    return kernelShap(request, start, divided, { samples, seed });
  },
};

/** Parts of the sampled coalitions that are left out in turn to estimate the error. */
const folds = 10;

/**
 * Exact when all coalitions fit into `samples`. Otherwise whole sizes of coalitions are tried from the outside in (one
 * player and all but one weigh most), and the rest of the budget goes to random coalitions of the remaining sizes,
 * each together with its complement (Covert and Lee 2021). The spread is the standard error by the delete-a-group
 * jackknife over the random ones.
 *
 * @throws bad-request when there are too few samples to determine the values.
 */
export async function kernelShap(
  request: ExplanationRequest,
  baseline: Float32Array,
  units: readonly Unit[],
  { samples, seed }: { samples: number; seed: number },
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const n = units.length;
  const plan: CoalitionPlan =
    n === 1
      ? { members: [], weights: new Float64Array(0), enumerated: 0 }
      : coalitionsFor(n, samples, new Random(seed, 'kernel_shap'));
  const count = plan.members.length;
  const { values, spread, coalitions, exact } = await withGame(
    request,
    baseline,
    units,
    count,
    async game => {
      const worth = await game.worth(count, (s, i) => plan.members[s]![i] === 1, request.onProgress);
      const { nothing, all } = await game.ends();
      const whole = all - nothing;
      if (n === 1) return { values: [whole], spread: [0], coalitions: 0, exact: true };
      const y = worth.map(v => v - nothing);
      const values = regress(plan.members, y, plan.weights, whole);
      if (!values) {
        throw new VitrineError(
          'bad-request',
          `${samples} samples do not determine the shares of ${n} inputs. Give kernel_shap at least ${4 * n} samples, or fewer units.`,
        );
      }
      const spread = new Float64Array(n);
      const drawn = plan.members.length - plan.enumerated;
      if (drawn >= 2 * folds) {
        for (let f = 0; f < folds; f++) {
          // Pairs stay together; the remaining random ones take over the weight of those left out.
          const left = (s: number) => s >= plan.enumerated && ((s - plan.enumerated) >> 1) % folds === f;
          let kept = 0;
          let total = 0;
          plan.weights.forEach((w, s) => {
            if (s < plan.enumerated) return;
            total += w;
            if (!left(s)) kept += w;
          });
          const weights = plan.weights.map((w, s) =>
            left(s) ? 0 : s < plan.enumerated ? w : (w * total) / kept,
          );
          const without = regress(plan.members, y, weights, whole);
          for (let i = 0; i < n; i++) {
            spread[i]! += without
              ? ((folds - 1) / folds) * (without[i]! - values[i]!) ** 2
              : Number.POSITIVE_INFINITY;
          }
        }
      }
      return {
        values,
        spread: spread.map(v => (Number.isFinite(v) ? Math.sqrt(v) : Math.abs(whole))),
        coalitions: plan.members.length,
        exact: drawn === 0,
      };
    },
  );
  return {
    values: { shape, data: spreadOverUnits(values, units, data.length, true) },
    ...(!exact && { spread: { shape, data: spreadOverUnits(spread, units, data.length, true) } }),
    baseline: { shape, data: baseline },
    facts: { units: n, coalitions, exact: exact ? 1 : 0 },
  };
}

interface CoalitionPlan {
  /** 1 for who is in; those enumerated first, then pairs of random ones and their complements. */
  members: Uint8Array[];
  weights: Float64Array;
  enumerated: number;
}

/** Total kernel weight of all coalitions of size k, up to a common factor: (n - 1) / (k (n - k)). */
function coalitionsFor(n: number, samples: number, random: Random): CoalitionPlan {
  const members: Uint8Array[] = [];
  const weights: number[] = [];
  const levelWeight = (k: number) => (n - 1) / (k * (n - k));
  let level = 1;
  let left = samples;
  for (; level <= n - level; level++) {
    const pair = level !== n - level;
    const each = binomial(n, level);
    if ((pair ? 2 : 1) * each > left) break;
    left -= (pair ? 2 : 1) * each;
    for (const chosen of combinations(n, level)) {
      members.push(chosen);
      weights.push(levelWeight(level) / each);
      if (pair) {
        members.push(complement(chosen));
        weights.push(levelWeight(level) / each);
      }
    }
  }
  const enumerated = members.length;
  const open: number[] = [];
  for (let k = level; k <= n - level; k++) open.push(k);
  if (open.length > 0) {
    const total = open.reduce((sum, k) => sum + levelWeight(k), 0);
    const pairs = Math.floor(left / 2);
    for (let p = 0; p < pairs; p++) {
      let at = random.uniform(0, total);
      let size = open.at(-1)!;
      for (const k of open) {
        at -= levelWeight(k);
        if (at < 0) {
          size = k;
          break;
        }
      }
      const chosen = new Uint8Array(n);
      for (const i of random.permutation(n).subarray(0, size)) chosen[i] = 1;
      members.push(chosen, complement(chosen));
      weights.push(total / (2 * pairs), total / (2 * pairs));
    }
  }
  return { members, weights: Float64Array.from(weights), enumerated };
}

/** The sum of all shares is known, so the last one follows from the others. */
function regress(
  members: readonly Uint8Array[],
  y: Float64Array,
  weights: ArrayLike<number>,
  whole: number,
): number[] | undefined {
  const n = members[0]?.length ?? 0;
  const rows = members.map(m => Float64Array.from({ length: n - 1 }, (_, i) => m[i]! - m[n - 1]!));
  const rest = leastSquares(
    rows,
    y.map((v, s) => v - members[s]![n - 1]! * whole),
    weights,
  );
  return rest && [...rest, whole - rest.reduce((a, b) => a + b, 0)];
}

function complement(chosen: Uint8Array): Uint8Array {
  return chosen.map(c => 1 - c);
}

function binomial(n: number, k: number): number {
  let b = 1;
  for (let i = 1; i <= k; i++) b = (b * (n - k + i)) / i;
  return Math.round(b);
}

/** All choices of k out of n, in lexicographic order. */
function* combinations(n: number, k: number): Generator<Uint8Array> {
  const at = Array.from({ length: k }, (_, i) => i);
  for (;;) {
    const chosen = new Uint8Array(n);
    for (const i of at) chosen[i] = 1;
    yield chosen;
    let j = k - 1;
    while (j >= 0 && at[j] === n - k + j) j--;
    if (j < 0) return;
    at[j]!++;
    for (let i = j + 1; i < k; i++) at[i] = at[i - 1]! + 1;
  }
}
