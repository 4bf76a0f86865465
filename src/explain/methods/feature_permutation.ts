/** Feature permutation: how much the prediction falls when a column has the values of other rows instead of its own. */
import { Type } from '@sinclair/typebox';
import { evenly } from '../../data/evenly';
import { VitrineError } from '../../model/errors';
import { Moments } from '../gradients';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { spreadOverUnits, type Unit, unitsOf } from '../perturbation/units';
import { sampleOf, withProbe } from '../probe';
import { oneInput } from '../suits';

const options = Type.Object(
  {
    background: Type.Integer({
      minimum: 2,
      maximum: 10000,
      default: 50,
      description: 'Training rows whose values each column takes in turn, at most.',
    }),
    units: Type.Integer({
      minimum: 1,
      maximum: 4096,
      default: 256,
      description: 'At most this many parts of what is no table.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'feature_permutation',
  title: 'Feature permutation',
  paper: {
    authors: 'Fisher, Rudin and Dominici',
    year: 2019,
    title:
      "All Models are Wrong, but Many are Useful: Learning a Variable's Importance by Studying an Entire Class of Prediction Models Simultaneously",
    url: 'https://arxiv.org/abs/1801.01489',
  },
  summary: 'How much the prediction falls when an input has the values of other rows instead of its own.',
  scope: 'prediction',
  needs: ['training-data'],
  options,
  judgedBy: [
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: oneInput,
  async explain(request, given) {
    const { background, units } = readOptions(options, given, 'feature_permutation');
    const { dataset } = request;
    const rows = evenly(dataset?.splits.train ?? new Int32Array(), background);
    if (rows.length === 0)
      throw new VitrineError(
        'bad-request',
        'Feature permutation takes values from training rows, and there are none. Use feature_ablation.',
      );
    const parts = unitsOf(sampleOf(request).shape, dataset, units);
    return featurePermutation(request, Float32Array.from(dataset!.batch(rows).input.data), parts);
  },
};

/**
 * The mean over rows of output(input) - output(input with the unit of that row): Captum's FeatureAblation, averaged over
 * rows as baselines. `spread` is the standard error of that mean.
 *
 * @param background rows, flat.
 */
export async function featurePermutation(
  request: ExplanationRequest,
  background: Float32Array,
  units: readonly Unit[],
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const rows = background.length / data.length;
  const moments = new Moments(units.length);
  await withProbe(request, shape, { rows: 128 }, async probe => {
    const scores = await probe.scores(
      rows * units.length + 1,
      (i, into) => {
        into.set(data);
        if (i === 0) return;
        const from = Math.floor((i - 1) / units.length) * data.length;
        for (const e of units[(i - 1) % units.length]!.indices) into[e] = background[from + e]!;
      },
      request.onProgress,
    );
    for (let r = 0; r < rows; r++)
      moments.add(units.map((_, u) => scores[0]! - scores[1 + r * units.length + u]!));
  });
  return {
    values: { shape, data: spreadOverUnits(moments.mean, units, data.length, true) },
    spread: { shape, data: spreadOverUnits(moments.standardError(), units, data.length, true) },
    facts: { rows },
  };
}
