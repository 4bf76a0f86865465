/** Saliency: the size of the gradient of the explained output with respect to each input value. */
import { Type } from '@sinclair/typebox';
import { gradientAt } from '../gradients';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { hasGradients } from '../suits';

const options = Type.Object(
  {
    absolute: Type.Boolean({ default: true, description: "The gradient's size; with its sign if false." }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'saliency',
  title: 'Saliency',
  paper: {
    authors: 'Simonyan, Vedaldi and Zisserman',
    year: 2013,
    title: 'Deep Inside Convolutional Networks: Visualising Image Classification Models and Saliency Maps',
    url: 'https://arxiv.org/abs/1312.6034',
  },
  summary: 'Where a tiny change of the input would change the prediction most.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: hasGradients,
  async explain(request, given) {
    const { absolute } = readOptions(options, given, 'saliency');
    const { data, shape } = sampleOf(request);
    const gradient = await gradientAt(request, data, shape);
    return { values: { shape, data: absolute ? gradient.map(Math.abs) : gradient }, slopes: true };
  },
};
