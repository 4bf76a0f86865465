/** Neuron conductance: how much of the prediction flows from each input through one unit of a layer. */
import { Type } from '@sinclair/typebox';
import { baselineFor, baselineOption } from '../baseline';
import { look } from '../inside';
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
  id: 'neuron_conductance',
  title: 'Neuron conductance',
  paper: {
    authors: 'Dhamdhere, Sundararajan and Yan',
    year: 2018,
    title: 'How Important Is a Neuron?',
    url: 'https://arxiv.org/abs/1805.12233',
  },
  summary: 'How much each input moved the prediction through one unit of a layer.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients', 'baseline'],
  options,
  judgedBy: ['model_randomisation', 'max_sensitivity', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const { layer, unit, steps, baseline } = readOptions(options, given, 'neuron_conductance');
    const neuron = await neuronOf(request, layer, unit);
    const start = baselineFor(baseline, request, sampleOf(request).shape);
    return neuronConductance(request, neuron, start, steps);
  },
};

/**
 * ∫ dOutput/dUnit · dUnit/dInput · (input - baseline). A unit with several cells counts as their mean; the output's
 * gradient is the sum over them.
 */
export async function neuronConductance(
  request: ExplanationRequest,
  neuron: Neuron,
  baseline: Float32Array,
  steps: number,
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const { nodes, weights } = quadrature('gausslegendre', steps);
  const points = wayTo(request, baseline, nodes);
  const through = new Float64Array(steps);
  await look(
    request,
    {
      rows: steps,
      gradients: [neuron.id],
      feed: { [request.model.inputs[0]!]: (row, into) => into.set(points[row]!) },
    },
    (row, view) => {
      for (let i = neuron.from; i < neuron.to; i++) through[row]! += view.gradients[neuron.id]![i]!;
    },
  );
  const sum = new Float64Array(data.length);
  await neuronGradients(request, neuron, points, (row, g) => {
    for (let i = 0; i < g.length; i++) sum[i]! += weights[row]! * through[row]! * g[i]!;
  });
  return {
    values: { shape, data: Float32Array.from(sum, (g, i) => g * (data[i]! - baseline[i]!)) },
    baseline: { shape, data: baseline },
    facts: { unit: neuron.unit },
  };
}
