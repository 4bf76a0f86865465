/** Layer DeepLIFT: what each unit of a layer contributes to the difference from a neutral input, from there on. */
import { Type } from '@sinclair/typebox';
import { hasLayers, moduleOption, unitsFromBaseline, valuesBetween } from '../layers/layers';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineOption } from '../perturbation/baseline';
import { sampleOf, withProbe } from '../probe';
import { pairedModel, rescale } from '../rules/rescale';
import { all, hasGradients } from '../suits';

const options = Type.Object(
  { layer: moduleOption, baseline: baselineOption },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'layer_deep_lift',
  title: 'Layer DeepLIFT',
  paper: {
    authors: 'Shrikumar, Greenside and Kundaje',
    year: 2017,
    title: 'Learning Important Features Through Propagating Activation Differences',
    url: 'https://arxiv.org/abs/1704.02685',
  },
  summary: 'What each unit of a layer contributes to the difference from a neutral input.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients', 'baseline'],
  options,
  judgedBy: ['completeness', 'max_sensitivity', 'model_randomisation', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const chosen = readOptions(options, given, 'layer_deep_lift');
    return unitsFromBaseline(request, chosen, ({ id }, start) => layerDeepLift(request, id, start));
  },
};

/**
 * Multipliers of the layers behind, times how far the layer's values are from those for the baseline; of the layer's
 * shape. The sum is the difference of the outputs where everything passes the layer.
 */
export async function layerDeepLift(
  request: ExplanationRequest,
  layer: string,
  baseline: Float32Array,
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const { from, to, layerShape } = await valuesBetween(request, layer, baseline, data);
  const values = new Float32Array(to.length);
  await withProbe(
    { ...request, model: pairedModel(request.model) },
    [2, ...shape],
    { rows: 1, inner: layer, rules: rescale(request.model) },
    probe =>
      probe.gradients(
        1,
        (_, into) => {
          into.set(data);
          into.set(baseline, data.length);
        },
        (_, multiplier) => {
          for (let i = 0; i < values.length; i++) values[i] = multiplier[i]! * (to[i]! - from[i]!);
        },
        request.onProgress,
      ),
  );
  return { values: { shape: layerShape, data: values } };
}
