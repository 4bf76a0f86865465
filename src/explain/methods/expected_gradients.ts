/** Expected gradients: integrated gradients with training rows as baselines, one random point on each way. */
import { Type } from '@sinclair/typebox';
import { Random } from '../../model/random';
import { Moments } from '../gradients';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { backgroundOf, backgroundOption, meanRow } from '../perturbation/background';
import { sampleOf, withProbe } from '../probe';
import { hasGradients } from '../suits';

const options = Type.Object(
  {
    samples: Type.Integer({ minimum: 2, maximum: 100000, default: 200, description: 'Random points.' }),
    background: backgroundOption(200),
    seed: Type.Integer({ default: 0, description: 'The same seed gives the same points.' }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'expected_gradients',
  title: 'Expected gradients',
  paper: {
    authors: 'Erion, Janizek, Sturmfels, Lundberg and Lee',
    year: 2021,
    title:
      'Improving Performance of Deep Learning Models with Axiomatic Attribution Priors and Expected Gradients',
    url: 'https://arxiv.org/abs/1906.10670',
  },
  summary: 'How much each input moved the prediction away from those of typical training rows.',
  scope: 'prediction',
  needs: ['gradients', 'training-data'],
  options,
  judgedBy: [
    'sampling_error',
    'deletion',
    'max_sensitivity',
    'model_randomisation',
    'infidelity',
    'second_method',
    'sparseness',
  ],
  suits: hasGradients,
  async explain(request, given) {
    const { samples, background, seed } = readOptions(options, given, 'expected_gradients');
    return expectedGradients(request, backgroundOf(request, background), { samples, seed });
  },
};

/**
 * Points are stratified: every row comes up equally often and every part of the way too, which leaves the expectation
 * and makes the error smaller than the standard error that is told, which takes them as independent.
 *
 * @param baselines flat rows.
 */
export async function expectedGradients(
  request: ExplanationRequest,
  baselines: Float32Array,
  { samples, seed }: { samples: number; seed: number },
): Promise<Attribution> {
  const { data, shape } = sampleOf(request);
  const size = data.length;
  const count = baselines.length / size;
  const random = new Random(seed, 'expected_gradients');
  const moments = new Moments(size);
  const parts = random.permutation(samples);
  let order = random.permutation(count);
  const from = new Int32Array(samples);
  const term = new Float64Array(size);
  await withProbe(request, shape, { rows: Math.min(samples, 64), gradients: true }, probe =>
    probe.gradients(
      samples,
      (row, into) => {
        if (row > 0 && row % count === 0) order = random.permutation(count);
        const start = order[row % count]! * size;
        from[row] = start;
        const a = (parts[row]! + random.uniform()) / samples;
        for (let i = 0; i < size; i++)
          into[i] = baselines[start + i]! + a * (data[i]! - baselines[start + i]!);
      },
      (row, g) => {
        for (let i = 0; i < size; i++) term[i] = g[i]! * (data[i]! - baselines[from[row]! + i]!);
        moments.add(term);
      },
      request.onProgress,
    ),
  );
  return {
    values: { shape, data: Float32Array.from(moments.mean) },
    spread: { shape, data: moments.standardError() },
    baseline: { shape, data: meanRow(baselines, size) },
    facts: { samples, baselines: count },
  };
}
