/** Noise tunnel: any gradient method over noisy copies of the input; their mean, mean square or variance. */
import { Type } from '@sinclair/typebox';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { Random } from '../../model/random';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { hasGradients } from '../suits';
import { method as deconvolution } from './deconvolution';
import { method as deepLift } from './deep_lift';
import { method as deepLiftShap } from './deep_lift_shap';
import { method as expectedGradients } from './expected_gradients';
import { method as featureAblation } from './feature_ablation';
import { method as gradCam } from './grad_cam';
import { method as gradientShap } from './gradient_shap';
import { method as guidedBackprop } from './guided_backprop';
import { method as guidedGradCam } from './guided_grad_cam';
import { method as inputXGradient } from './input_x_gradient';
import { method as integratedGradients } from './integrated_gradients';
import { method as kernelShap } from './kernel_shap';
import { method as layerCam } from './layer_cam';
import { method as lrp } from './lrp';
import { method as occlusion } from './occlusion';
import { method as saliency } from './saliency';
import { method as shapleyValues } from './shapley_values';

/** Methods whose values belong to the input's entries, so that they can be averaged over copies of it. */
const inner = [
  saliency,
  inputXGradient,
  integratedGradients,
  guidedBackprop,
  deconvolution,
  deepLift,
  deepLiftShap,
  gradientShap,
  expectedGradients,
  lrp,
  gradCam,
  guidedGradCam,
  layerCam,
  occlusion,
  featureAblation,
  shapleyValues,
  kernelShap,
];
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
    const { of, seed, deviation, ...rest } = readOptions(options, given, 'noise_tunnel');
    const random = new Random(seed, 'noise_tunnel');
    return noiseTunnel(request, of, { ...rest, noise: () => random.normal(0, deviation) });
  },
};

/**
 * Captum's NoiseTunnel. The spread is the standard error of the statistic; of a variance it is
 * √((m₄ - m₂²) / n) with the central moments m.
 *
 * @param noise what is added to the next entry of the next copy.
 * @throws bad-request when the inner method does not suit the model.
 */
export async function noiseTunnel(
  request: ExplanationRequest,
  of: string,
  { statistic, samples, noise }: { statistic: (typeof statistics)[number]; samples: number; noise(): number },
): Promise<Attribution> {
  const chosen = inner.find(m => m.id === of)!;
  const unsuited = chosen.suits?.(request.model, request.dataset);
  if (unsuited !== undefined) throw new VitrineError('bad-request', unsuited);
  const bound = of === 'saliency' ? { absolute: false } : {};
  const { data, shape } = sampleOf(request);
  const size = data.length;
  const powers = Array.from({ length: 4 }, () => new Float64Array(size));
  let ofSlopes = false;
  for (let k = 0; k < samples; k++) {
    throwIfCancelled(request.signal);
    const noisy = data.map(v => v + noise());
    const copy = {
      ...request,
      input: { shape: request.input!.shape, data: noisy },
      onProgress: undefined,
    };
    const { values, slopes } = await chosen.explain(copy, bound);
    if (slopes) ofSlopes = true;
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
  return {
    values: { shape, data: values },
    ...(ofSlopes && { slopes: true }),
    spread: { shape, data: spread },
    facts: { samples },
  };
}
