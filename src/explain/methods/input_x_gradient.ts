/** Input times gradient: the first-order share of each input value in the output, seen from zero. */
import { Type } from '@sinclair/typebox';
import { gradientAt } from '../gradients';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { hasGradients } from '../suits';

const options = Type.Object({}, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'input_x_gradient',
  title: 'Input × gradient',
  paper: {
    authors: 'Shrikumar, Greenside, Shcherbina and Kundaje',
    year: 2016,
    title: 'Not Just a Black Box: Learning Important Features Through Propagating Activation Differences',
    url: 'https://arxiv.org/abs/1605.01713',
  },
  summary: 'A quick estimate of what each input contributes, from one gradient.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: [
    'completeness',
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: hasGradients,
  async explain(request, given) {
    readOptions(options, given, 'input_x_gradient');
    const { data, shape } = sampleOf(request);
    const gradient = await gradientAt(request, data, shape);
    return {
      values: { shape, data: gradient.map((g, i) => g * data[i]!) },
      baseline: { shape, data: new Float32Array(data.length) },
    };
  },
};
