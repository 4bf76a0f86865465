/** Feature ablation: how much the output falls when one column (or pixel, or patch) is replaced by the baseline. */
import { Type } from '@sinclair/typebox';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineFor, baselineOption } from '../perturbation/baseline';
import { spreadOverUnits, type Unit, unitsOf } from '../perturbation/units';
import { sampleOf, withProbe } from '../probe';
import { oneInput } from '../suits';

const options = Type.Object(
  {
    baseline: baselineOption,
    units: Type.Integer({
      minimum: 1,
      maximum: 1000000,
      default: 1024,
      description:
        'At most this many parts are replaced one by one; larger pictures are divided into patches.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'feature_ablation',
  title: 'Feature ablation',
  paper: {
    authors: 'Zeiler and Fergus',
    year: 2013,
    title: 'Visualizing and Understanding Convolutional Networks',
    url: 'https://arxiv.org/abs/1311.2901',
  },
  summary: 'How much the prediction falls without one input, the others as they are.',
  scope: 'prediction',
  needs: ['baseline'],
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
    const { baseline, units } = readOptions(options, given, 'feature_ablation');
    const { shape } = sampleOf(request);
    const parts = unitsOf(shape, request.dataset, units);
    return featureAblation(request, baselineFor(baseline, request, shape), parts);
  },
};

/** Every entry of a unit gets output(input) - output(input without the unit), as Captum's FeatureAblation gives it. */
export async function featureAblation(
  request: ExplanationRequest,
  baseline: Float32Array,
  units: readonly Unit[],
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const scores = await withProbe(request, shape, { rows: Math.min(units.length + 1, 128) }, probe =>
    probe.scores(
      units.length + 1,
      (row, into) => {
        into.set(data);
        if (row > 0) for (const i of units[row - 1]!.indices) into[i] = baseline[i]!;
      },
      request.onProgress,
    ),
  );
  const drops = units.map((_, u) => scores[0]! - scores[u + 1]!);
  return {
    values: { shape, data: spreadOverUnits(drops, units, data.length) },
    baseline: { shape, data: baseline },
    facts: { output: scores[0]!, units: units.length },
  };
}
