/** Neuron integrated gradients: how much each input moved one unit of a layer away from what it is for a neutral input. */
import { Type } from '@sinclair/typebox';
import { baselineFor, baselineOption } from '../baseline';
import { hasLayers } from '../layers';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { type Neuron, neuronGradients, neuronOf, neuronOptions, stepsOption, wayTo } from '../neuron';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { quadrature } from '../quadrature';
import { all, hasGradients } from '../suits';

const options = Type.Object(
  { ...neuronOptions, steps: stepsOption, baseline: baselineOption },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'neuron_integrated_gradients',
  title: 'Neuron integrated gradients',
  paper: {
    authors: 'Sundararajan, Taly and Yan',
    year: 2017,
    title: 'Axiomatic Attribution for Deep Networks',
    url: 'https://arxiv.org/abs/1703.01365',
  },
  summary: 'How much each input moved one unit of a layer away from what it is for a neutral input.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients', 'baseline'],
  options,
  judgedBy: ['model_randomisation', 'max_sensitivity', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const { layer, unit, steps, baseline } = readOptions(options, given, 'neuron_integrated_gradients');
    const neuron = await neuronOf(request, layer, unit);
    const start = baselineFor(baseline, request, sampleOf(request).shape);
    return neuronIntegratedGradients(request, neuron, start, steps);
  },
};

/** The values sum to the unit at the input less the unit at the baseline; `convergenceDelta` is how far they do not. */
export async function neuronIntegratedGradients(
  request: ExplanationRequest,
  neuron: Neuron,
  baseline: Float32Array,
  steps: number,
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const { nodes, weights } = quadrature('gausslegendre', steps);
  const sum = new Float64Array(data.length);
  const ends = [0, 0];
  const points = [...wayTo(request, baseline, nodes), baseline, data];
  await neuronGradients(request, neuron, points, (row, g, value) => {
    if (row >= steps) ends[row - steps] = value;
    else for (let i = 0; i < g.length; i++) sum[i]! += weights[row]! * g[i]!;
  });
  const values = Float32Array.from(sum, (g, i) => g * (data[i]! - baseline[i]!));
  return {
    values: { shape, data: values },
    baseline: { shape, data: baseline },
    facts: {
      unit: neuron.unit,
      activation: ends[1]!,
      convergenceDelta: values.reduce((a, b) => a + b, 0) - (ends[1]! - ends[0]!),
    },
  };
}
