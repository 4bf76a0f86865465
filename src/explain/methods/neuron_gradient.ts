/** Neuron gradient: which inputs move one unit of a layer. */
import { Type } from '@sinclair/typebox';
import { hasLayers } from '../layers';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { type Neuron, neuronGradients, neuronOf, neuronOptions } from '../neuron';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { all, hasGradients } from '../suits';

const options = Type.Object(neuronOptions, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'neuron_gradient',
  title: 'Neuron gradient',
  paper: {
    authors: 'Simonyan, Vedaldi and Zisserman',
    year: 2013,
    title: 'Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps',
    url: 'https://arxiv.org/abs/1312.6034',
  },
  summary: 'Where a tiny change of the input would change one unit of a layer most.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients'],
  options,
  judgedBy: ['model_randomisation', 'max_sensitivity', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const { layer, unit } = readOptions(options, given, 'neuron_gradient');
    const neuron = await neuronOf(request, layer, unit);
    const { shape } = sampleOf(request);
    const data = await neuronGradient(request, neuron);
    return { values: { shape, data }, facts: { unit: neuron.unit } };
  },
};

export async function neuronGradient(request: ExplanationRequest, neuron: Neuron): Promise<Float32Array> {
  let found = new Float32Array(0);
  await neuronGradients(request, neuron, [sampleOf(request).data], (_, g) => {
    found = g.slice();
  });
  return found;
}
