/** Guided backpropagation: a gradient that ReLUs pass only where it speaks for the output and they were active. */
import { Type } from '@sinclair/typebox';
import { gradientAt } from '../gradients';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { guided } from '../rules/relu';
import { all, hasGradients, hasRelu } from '../suits';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'guided_backprop',
  title: 'Guided backpropagation',
  paper: {
    authors: 'Springenberg, Dosovitskiy, Brox and Riedmiller',
    year: 2014,
    title: 'Striving for Simplicity: The All Convolutional Net',
    url: 'https://arxiv.org/abs/1412.6806',
  },
  summary:
    'Which details of the input excited the units that speak for the prediction. For networks with ReLUs.',
  scope: 'prediction',
  caution:
    'It draws edges of the input again, nearly whatever the layers above have learned (Adebayo et al. 2018; Nie et al. 2018): its likeness to the input is no evidence. Look at its sanity check.',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(hasGradients, hasRelu),
  async explain(request, given) {
    readOptions(options, given, 'guided_backprop');
    const { data, shape } = sampleOf(request);
    return { values: { shape, data: await gradientAt(request, data, shape, guided) }, slopes: true };
  },
};
