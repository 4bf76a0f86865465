/** Layer integrated gradients: integrated gradients with a layer's output in the place of the input. */
import { Type } from '@sinclair/typebox';
import {
  hasLayers,
  type LayerOutput,
  modelFrom,
  moduleOption,
  unitsFromBaseline,
  valuesBetween,
} from '../layers/layers';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineOption } from '../perturbation/baseline';
import { sampleOf } from '../probe';
import { all, hasGradients } from '../suits';
import { integratedGradients } from './integrated_gradients';

const options = Type.Object(
  {
    layer: moduleOption,
    steps: Type.Integer({
      minimum: 2,
      maximum: 1000,
      default: 50,
      description: 'Points on the way from the baseline.',
    }),
    baseline: baselineOption,
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'layer_integrated_gradients',
  title: 'Layer integrated gradients',
  paper: {
    authors: 'Sundararajan, Taly and Yan',
    year: 2017,
    title: 'Axiomatic Attribution for Deep Networks',
    url: 'https://arxiv.org/abs/1703.01365',
  },
  summary: 'Which units of a layer moved the prediction, from what the layer gives for a neutral input.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients', 'baseline'],
  options,
  judgedBy: ['completeness', 'max_sensitivity', 'model_randomisation', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const chosen = readOptions(options, given, 'layer_integrated_gradients');
    return unitsFromBaseline(request, chosen, (layer, start) =>
      layerIntegratedGradients(request, layer, start, chosen.steps),
    );
  },
};

/**
 * The way is straight in the layer's own space, from what the layer gives for the baseline to what it gives for the
 * input, as in Captum. Of the layer's shape.
 *
 * @throws bad-request when the output also depends on the input past the layer.
 */
export async function layerIntegratedGradients(
  request: ExplanationRequest,
  layer: LayerOutput,
  baseline: Float32Array,
  steps: number,
): Promise<Attribution> {
  const rest = partsAfter(request.model, layer);
  const { from, to, layerShape } = await valuesBetween(request, layer.id, baseline, sampleOf(request).data);
  return integratedGradients(
    { ...request, model: rest, input: { shape: [1, ...layerShape], data: to } },
    from,
    { steps, rule: 'gausslegendre' },
  );
}

const rests = new WeakMap<ExplanationRequest['model'], Map<string, ExplanationRequest['model']>>();

/** The same object for the same layer, so that what was compiled is found again. */
function partsAfter(model: ExplanationRequest['model'], layer: LayerOutput): ExplanationRequest['model'] {
  const known = rests.get(model) ?? new Map<string, ExplanationRequest['model']>();
  rests.set(model, known);
  const rest = known.get(layer.id) ?? modelFrom(model, layer);
  known.set(layer.id, rest);
  return rest;
}
