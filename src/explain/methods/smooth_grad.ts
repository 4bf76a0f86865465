/** SmoothGrad: gradients averaged over noisy copies of the input, which evens out the jumps of a single gradient. */
import { Type } from '@sinclair/typebox';
import { Random } from '../../model/random';
import { Moments } from '../gradients';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { sampleOf, withProbe } from '../probe';
import { hasGradients } from '../suits';

const options = Type.Object(
  {
    samples: Type.Integer({ minimum: 2, maximum: 100000, default: 50, description: 'Noisy copies.' }),
    deviation: Type.Number({
      exclusiveMinimum: 0,
      default: 0.15,
      description: 'Standard deviation of the noise, in the units that the model sees.',
    }),
    absolute: Type.Boolean({ default: false, description: 'Averages the sizes of the gradients.' }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same noise.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'smooth_grad',
  title: 'SmoothGrad',
  paper: {
    authors: 'Smilkov, Thorat, Kim, Viégas and Wattenberg',
    year: 2017,
    title: 'SmoothGrad: removing noise by adding noise',
    url: 'https://arxiv.org/abs/1706.03825',
  },
  summary: 'Where a change of the input would change the prediction, averaged over the neighbourhood.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: [
    'sampling_error',
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'second_method',
    'sparseness',
  ],
  suits: hasGradients,
  async explain(request, given) {
    const { samples, deviation, absolute, seed } = readOptions(options, given, 'smooth_grad');
    const { data, shape } = sampleOf(request);
    const random = new Random(seed, 'smooth_grad');
    const moments = new Moments(data.length);
    await withProbe(request, shape, { rows: Math.min(samples, 64), gradients: true }, probe =>
      probe.gradients(
        samples,
        (_, into) => {
          for (let i = 0; i < into.length; i++) into[i] = data[i]! + random.normal(0, deviation);
        },
        (_, g) => moments.add(absolute ? g.map(Math.abs) : g),
        request.onProgress,
      ),
    );
    return {
      values: { shape, data: Float32Array.from(moments.mean) },
      slopes: true,
      spread: { shape, data: moments.standardError() },
      facts: { samples },
    };
  },
};
