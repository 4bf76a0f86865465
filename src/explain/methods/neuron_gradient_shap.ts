/** Neuron GradientSHAP: what each input contributes to one unit of a layer, compared with typical training rows. */

import { neuronMethod, neuronSubject } from '../layers/neuron';
import { backgroundOf } from '../perturbation/background';
import { sampleOf } from '../probe';
import { gradientShap, gradientShapOptions } from './gradient_shap';

export const method = neuronMethod(
  {
    id: 'neuron_gradient_shap',
    title: 'Neuron GradientSHAP',
    paper: {
      authors: 'Lundberg and Lee',
      year: 2017,
      title: 'A Unified Approach to Interpreting Model Predictions',
      url: 'https://arxiv.org/abs/1705.07874',
    },
    summary: 'What each input contributes to one unit of a layer, compared with typical training rows.',
  },
  gradientShapOptions,
  (request, neuron, { background, ...options }) =>
    gradientShap(neuronSubject(request, neuron), backgroundOf(request, background), {
      ...options,
      shape: sampleOf(request).shape,
    }),
);
