/** Internal influence: the gradient at a layer, averaged along the way from a baseline to the input. */
import { Type } from '@sinclair/typebox';
import { look, shapeInside } from '../layers/inside';
import { byUnit, hasLayers, layerOutput, moduleOption } from '../layers/layers';
import { stepsOption, wayTo } from '../layers/neuron';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { quadrature } from '../numerics/quadrature';
import { readOptions } from '../options';
import { baselineFor, baselineOption } from '../perturbation/baseline';
import { sampleOf } from '../probe';
import { all, hasGradients } from '../suits';

const options = Type.Object(
  { layer: moduleOption, steps: stepsOption, baseline: baselineOption },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'internal_influence',
  title: 'Internal influence',
  paper: {
    authors: 'Leino, Sen, Datta, Fredrikson and Li',
    year: 2018,
    title: 'Influence-Directed Explanations for Deep Convolutional Networks',
    url: 'https://arxiv.org/abs/1802.03788',
  },
  summary: 'How strongly each unit of a layer moves the prediction, between a neutral input and this one.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients', 'baseline'],
  options,
  judgedBy: ['model_randomisation', 'max_sensitivity', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const { layer, steps, baseline } = readOptions(options, given, 'internal_influence');
    const chosen = layerOutput(request.model, layer);
    const start = baselineFor(baseline, request, sampleOf(request).shape);
    const values = await internalInfluence(request, chosen.id, start, steps);
    return byUnit(values, shapeInside(request, chosen.id).slice(1), chosen.name);
  },
};

/** Of the layer's shape, as Captum's InternalInfluence. */
export async function internalInfluence(
  request: ExplanationRequest,
  layer: string,
  baseline: Float32Array,
  steps: number,
): Promise<Float32Array> {
  const { nodes, weights } = quadrature('gausslegendre', steps);
  const points = wayTo(request, baseline, nodes);
  let sum = new Float64Array(0);
  await look(
    request,
    {
      rows: steps,
      gradients: [layer],
      feed: { [request.model.inputs[0]!]: (row, into) => into.set(points[row]!) },
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (row, view) => {
      const g = view.gradients[layer]!;
      if (sum.length === 0) sum = new Float64Array(g.length);
      for (let i = 0; i < g.length; i++) sum[i]! += weights[row]! * g[i]!;
    },
  );
  return Float32Array.from(sum);
}
