/** Neuron gradient: which inputs move one unit of a layer; also by guided backpropagation and by deconvolution. */
import { Type } from '@sinclair/typebox';
import { gradientAt } from '../gradients';
import { type Neuron, neuronMethod, neuronSubject } from '../layers/neuron';
import type { ExplanationRequest } from '../method';
import { sampleOf } from '../probe';
import { deconvolved, guided } from '../rules/relu';

const rules = { gradient: undefined, guided, deconvolution: deconvolved };

export const method = neuronMethod(
  {
    id: 'neuron_gradient',
    title: 'Neuron gradient',
    paper: {
      authors: 'Simonyan, Vedaldi and Zisserman',
      year: 2013,
      title: 'Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps',
      url: 'https://arxiv.org/abs/1312.6034',
    },
    summary: 'Where a tiny change of the input would change one unit of a layer most.',
  },
  {
    through: Type.Union([Type.Literal('gradient'), Type.Literal('guided'), Type.Literal('deconvolution')], {
      default: 'gradient',
      description:
        'How ReLUs pass the gradient back: as they are, or by guided backpropagation or deconvolution.',
    }),
  },
  async (request, neuron, { through }) => ({
    values: {
      shape: sampleOf(request).shape,
      data: await neuronGradient(request, neuron, through as keyof typeof rules),
    },
    slopes: true,
  }),
);

export function neuronGradient(
  request: ExplanationRequest,
  neuron: Neuron,
  through: keyof typeof rules = 'gradient',
): Promise<Float32Array> {
  const { data, shape } = sampleOf(request);
  return gradientAt(neuronSubject(request, neuron), data, shape, rules[through]);
}
