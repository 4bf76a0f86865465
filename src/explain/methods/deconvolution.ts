/** Deconvolution: a gradient that ReLUs pass wherever it speaks for the output, whatever their input was. */
import { Type } from '@sinclair/typebox';
import { gradientAt } from '../gradients';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { deconvolved } from '../rules/relu';
import { all, hasGradients, hasRelu } from '../suits';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'deconvolution',
  title: 'Deconvolution',
  paper: {
    authors: 'Zeiler and Fergus',
    year: 2013,
    title: 'Visualizing and Understanding Convolutional Networks',
    url: 'https://arxiv.org/abs/1311.2901',
  },
  summary:
    'Which input the network would draw from what it found for the prediction. For networks with ReLUs.',
  scope: 'prediction',
  caution:
    'It draws what the output looks for anywhere, whatever the ReLUs saw, so that it does not find the place of a planted patch.',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(hasGradients, hasRelu),
  async explain(request, given) {
    readOptions(options, given, 'deconvolution');
    const { data, shape } = sampleOf(request);
    return { values: { shape, data: await gradientAt(request, data, shape, deconvolved) }, slopes: true };
  },
};
