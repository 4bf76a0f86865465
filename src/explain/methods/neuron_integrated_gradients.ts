/** Neuron integrated gradients: how much each input moved one unit of a layer away from what it is for a neutral input. */

import { type Neuron, neuronMethod, neuronSubject, stepsOption } from '../layers/neuron';
import type { Attribution, ExplanationRequest } from '../method';
import { baselineOption } from '../perturbation/baseline';
import { integratedGradients } from './integrated_gradients';

export const method = neuronMethod(
  {
    id: 'neuron_integrated_gradients',
    title: 'Neuron integrated gradients',
    paper: {
      authors: 'Sundararajan, Taly and Yan',
      year: 2017,
      title: 'Axiomatic Attribution for Deep Networks',
      url: 'https://arxiv.org/abs/1703.01365',
    },
    summary: 'How much each input moved one unit of a layer away from what it is for a neutral input.',
  },
  { steps: stepsOption, baseline: baselineOption },
  (request, neuron, { start, steps }) => neuronIntegratedGradients(request, neuron, start, steps),
);

/** The values sum to the unit at the input less the unit at the baseline; `convergenceDelta` is how far they do not. */
export function neuronIntegratedGradients(
  request: ExplanationRequest,
  neuron: Neuron,
  baseline: Float32Array,
  steps: number,
): Promise<Attribution> {
  return integratedGradients(neuronSubject(request, neuron), baseline, { steps, rule: 'gausslegendre' });
}
