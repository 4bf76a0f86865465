/** Layer conductance: how much of an integrated gradient flows through each unit of a chosen layer. */
import { Type } from '@sinclair/typebox';
import { bindShape, concreteShape } from '../../model/dim';
import { hasLayers, moduleOption, unitsFromBaseline } from '../layers/layers';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineOption } from '../perturbation/baseline';
import { sampleOf, withProbe } from '../probe';
import { all, hasGradients } from '../suits';

const options = Type.Object(
  {
    layer: moduleOption,
    steps: Type.Integer({
      minimum: 2,
      maximum: 10000,
      default: 100,
      description: 'Parts of the way from the baseline.',
    }),
    baseline: baselineOption,
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'layer_conductance',
  title: 'Layer conductance',
  paper: {
    authors: 'Dhamdhere, Sundararajan and Yan',
    year: 2018,
    title: 'How Important Is a Neuron?',
    url: 'https://arxiv.org/abs/1805.12233',
  },
  summary: 'Which units of a layer carried the prediction away from that of a neutral input.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients', 'baseline'],
  options,
  judgedBy: ['completeness', 'max_sensitivity', 'model_randomisation', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const chosen = readOptions(options, given, 'layer_conductance');
    return unitsFromBaseline(request, chosen, ({ id }, start) =>
      layerConductance(request, id, start, chosen.steps),
    );
  },
};

/**
 * Σ over the parts of the way of (mean of the gradients at its ends) · (change of the layer), of the layer's shape. The
 * trapezoid's error falls with the square of the steps; Captum takes the gradient at one end.
 */
export async function layerConductance(
  request: ExplanationRequest,
  layer: string,
  baseline: Float32Array,
  steps: number,
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  let sum = new Float64Array(0);
  let before: { gradient: Float32Array; value: Float32Array } | undefined;
  let layerShape: readonly number[] = [];
  await withProbe(request, shape, { rows: Math.min(steps + 1, 64), inner: layer }, async probe => {
    layerShape = concreteShape(bindShape(request.model.values[layer]!.shape, probe.bindings)).slice(1);
    await probe.gradients(
      steps + 1,
      (row, into) => {
        const a = row / steps;
        for (let i = 0; i < into.length; i++) into[i] = baseline[i]! + a * (data[i]! - baseline[i]!);
      },
      (_row, gradient, _score, value) => {
        const now = { gradient: gradient.slice(), value: value!.slice() };
        if (before) {
          for (let i = 0; i < sum.length; i++)
            sum[i]! += 0.5 * (before.gradient[i]! + now.gradient[i]!) * (now.value[i]! - before.value[i]!);
        } else sum = new Float64Array(gradient.length);
        before = now;
      },
      request.onProgress,
    );
  });
  return { values: { shape: layerShape, data: Float32Array.from(sum) } };
}
