/** Neuron conductance: how much of the prediction flows from each input through one unit of a layer. */

import { look } from '../layers/inside';
import { type Neuron, neuronMethod, neuronSubject, stepsOption, wayTo } from '../layers/neuron';
import type { Attribution, ExplanationRequest } from '../method';
import { quadrature } from '../numerics/quadrature';
import { baselineOption } from '../perturbation/baseline';
import { sampleOf, withProbe } from '../probe';

export const method = neuronMethod(
  {
    id: 'neuron_conductance',
    title: 'Neuron conductance',
    paper: {
      authors: 'Dhamdhere, Sundararajan and Yan',
      year: 2018,
      title: 'How Important Is a Neuron?',
      url: 'https://arxiv.org/abs/1805.12233',
    },
    summary: 'How much each input moved the prediction through one unit of a layer.',
  },
  { steps: stepsOption, baseline: baselineOption },
  (request, neuron, { start, steps }) => neuronConductance(request, neuron, start, steps),
);

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
  await withProbe(neuronSubject(request, neuron), shape, { rows: steps, gradients: true }, probe =>
    probe.gradients(
      steps,
      (row, into) => into.set(points[row]!),
      (row, g) => {
        for (let i = 0; i < g.length; i++) sum[i]! += weights[row]! * through[row]! * g[i]!;
      },
      request.onProgress,
    ),
  );
  return {
    values: { shape, data: Float32Array.from(sum, (g, i) => g * (data[i]! - baseline[i]!)) },
    unit: { name: neuron.name, through: true },
  };
}
