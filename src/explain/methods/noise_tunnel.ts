/** Noise tunnel: any gradient method over noisy copies of the input; their mean, mean square or variance. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled } from '../../model/errors';
import { Random } from '../../model/random';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { hasGradients } from '../suits';
import { method as deconvolution } from './deconvolution';
import { method as deepLift } from './deep_lift';
import { method as guidedBackprop } from './guided_backprop';
import { method as inputXGradient } from './input_x_gradient';
import { method as integratedGradients } from './integrated_gradients';
import { method as lrp } from './lrp';
import { method as saliency } from './saliency';

const inner = [saliency, inputXGradient, integratedGradients, guidedBackprop, deconvolution, deepLift, lrp];
const statistics = ['smoothgrad_sq', 'vargrad', 'smoothgrad'] as const;

const options = Type.Object(
  {
    of: Type.Union(
      inner.map(m => Type.Literal(m.id)),
      { default: 'saliency', description: 'The method that explains each noisy copy.' },
    ),
    statistic: Type.Union(
      statistics.map(s => Type.Literal(s)),
      {
        default: 'smoothgrad_sq',
        description: 'The mean of the squares, the variance, or the mean of the explanations.',
      },
    ),
    samples: Type.Integer({ minimum: 2, maximum: 100000, default: 50, description: 'Noisy copies.' }),
    deviation: Type.Number({
      exclusiveMinimum: 0,
      default: 0.15,
      description: 'Standard deviation of the noise, in the units that the model sees.',
    }),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same noise.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'noise_tunnel',
  title: 'Noise tunnel (SmoothGrad², VarGrad)',
  paper: {
    authors: 'Hooker, Erhan, Kindermans and Kim',
    year: 2019,
    title: 'A Benchmark for Interpretability Methods in Deep Neural Networks',
    url: 'https://arxiv.org/abs/1806.10758',
  },
  summary:
    'Where a change of the input would change the prediction at all, in the neighbourhood; without signs.',
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
    const { of, ...rest } = readOptions(options, given, 'noise_tunnel');
    const chosen = inner.find(m => m.id === of)!;
    const bound = of === 'saliency' ? { absolute: false } : {};
    return noiseTunnel(request, r => chosen.explain(r, bound), rest);
  },
};

/**
 * Captum's NoiseTunnel. The spread is the standard error of the statistic; of a variance it is
 * √((m₄ - m₂²) / n) with the central moments m.
 */
export async function noiseTunnel(
  request: ExplanationRequest,
  explain: (request: ExplanationRequest) => Promise<Attribution>,
  {
    statistic,
    samples,
    deviation,
    seed,
  }: { statistic: (typeof statistics)[number]; samples: number; deviation: number; seed: number },
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const random = new Random(seed, 'noise_tunnel');
  const size = data.length;
  const powers = Array.from({ length: 4 }, () => new Float64Array(size));
  for (let k = 0; k < samples; k++) {
    throwIfCancelled(request.signal);
    const noisy = data.map(v => v + random.normal(0, deviation));
    const { values } = await explain({
      ...request,
      input: { shape: request.input!.shape, data: noisy },
      onProgress: undefined,
    });
    values.data.forEach((v, i) => {
      for (let p = 0, power = v; p < 4; p++, power *= v) powers[p]![i]! += power / samples;
    });
    request.onProgress?.((k + 1) / samples);
  }
  const values = new Float32Array(size);
  const spread = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const [a, b, c, d] = powers.map(p => p[i]!) as [number, number, number, number];
    const variance = Math.max(0, b - a * a);
    const fourth = d - 4 * a * c + 6 * a * a * b - 3 * a ** 4;
    values[i] = statistic === 'smoothgrad' ? a : statistic === 'vargrad' ? variance : b;
    const ofOne =
      statistic === 'smoothgrad' ? variance : statistic === 'vargrad' ? fourth - variance ** 2 : d - b * b;
    spread[i] = Math.sqrt(Math.max(0, ofOne) / samples);
  }
  return { values: { shape, data: values }, spread: { shape, data: spread }, facts: { samples } };
}
