/** DeepLIFT with the rescale rule: differences from a baseline's activations, sent back layer by layer in one pass. */
import { Type } from '@sinclair/typebox';
import { Moments } from '../gradients';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineFor, baselineOption } from '../perturbation/baseline';
import { sampleOf, withProbe } from '../probe';
import { pairedModel, rescale } from '../rules/rescale';
import { hasGradients } from '../suits';

const options = Type.Object({ baseline: baselineOption }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'deep_lift',
  title: 'DeepLIFT',
  paper: {
    authors: 'Shrikumar, Greenside and Kundaje',
    year: 2017,
    title: 'Learning Important Features Through Propagating Activation Differences',
    url: 'https://arxiv.org/abs/1704.02685',
  },
  summary: 'What each input contributes to the difference from a neutral input, layer by layer.',
  scope: 'prediction',
  needs: ['gradients', 'baseline'],
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
  suits: hasGradients,
  async explain(request, given) {
    const { baseline } = readOptions(options, given, 'deep_lift');
    const start = baselineFor(baseline, request, sampleOf(request).shape);
    const { values, facts } = await deepLift(request, start);
    return { values, baseline: { shape: values.shape, data: start }, facts };
  },
};

/**
 * Multipliers times differences from each baseline, averaged over the baselines; with one it is DeepLIFT, with many
 * DeepLIFT-SHAP. `convergenceDelta` is the attributions' sum minus the difference of outputs.
 *
 * @param baselines flat rows.
 */
export async function deepLift(request: ExplanationRequest, baselines: Float32Array): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const { model } = request;
  const size = data.length;
  const count = baselines.length / size;
  const moments = new Moments(size);
  const contribution = new Float64Array(size);
  let output = 0;
  await withProbe(
    { ...request, model: pairedModel(model) },
    [2, ...shape],
    { rows: Math.min(count, 64), inner: model.inputs[0]!, rules: rescale(model) },
    probe =>
      probe.gradients(
        count,
        (row, into) => {
          into.set(data);
          into.set(baselines.subarray(row * size, (row + 1) * size), size);
        },
        (row, multiplier, score) => {
          for (let i = 0; i < size; i++)
            contribution[i] = multiplier[i]! * (data[i]! - baselines[row * size + i]!);
          moments.add(contribution);
          output = score;
        },
        request.onProgress,
      ),
  );
  const nothing = await withProbe(request, shape, { rows: Math.min(count, 64) }, probe =>
    probe.scores(count, (row, into) => into.set(baselines.subarray(row * size, (row + 1) * size))),
  );
  const baselineOutput = nothing.reduce((a, b) => a + b, 0) / count;
  return {
    values: { shape, data: Float32Array.from(moments.mean) },
    ...(count > 1 && { spread: { shape, data: moments.standardError() } }),
    facts: {
      convergenceDelta: moments.mean.reduce((a, b) => a + b, 0) - (output - baselineOutput),
      output,
      baselineOutput,
    },
  };
}
