/**
 * Expected gradients (GradientSHAP): integrated gradients with one random point on the way from a random training
 * row, averaged. Its expectation is that of integrated gradients over all training rows as baselines.
 */
import { type Static, Type } from '@sinclair/typebox';
import { Random } from '../../model/random';
import { Moments } from '../gradients';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { backgroundOf, backgroundOption, meanRow } from '../perturbation/background';
import { sampleOf, withProbe } from '../probe';
import { hasGradients } from '../suits';

/** Options of GradientSHAP of the input, of layers and of units. */
export const gradientShapOptions = {
  samples: Type.Integer({ minimum: 2, maximum: 100000, default: 200, description: 'Random points.' }),
  deviation: Type.Number({
    minimum: 0,
    default: 0,
    description: 'Standard deviation of noise added to the input, in the units that the model sees.',
  }),
  background: backgroundOption(200),
  seed: Type.Integer({ default: 0, description: 'The same seed gives the same points.' }),
};

const options = Type.Object(gradientShapOptions, { additionalProperties: false });

export type GradientShapOptions = Static<typeof options>;

export const method: ExplanationMethod = {
  id: 'gradient_shap',
  title: 'GradientSHAP',
  paper: {
    authors: 'Lundberg and Lee',
    year: 2017,
    title: 'A Unified Approach to Interpreting Model Predictions',
    url: 'https://arxiv.org/abs/1705.07874',
  },
  summary: 'What each input contributes compared with typical training rows.',
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
    const { samples, deviation, background, seed } = readOptions(options, given, 'gradient_shap');
    const { shape } = sampleOf(request);
    return gradientShap(request, backgroundOf(request, background), { samples, deviation, seed, shape });
  },
};

/** @param baselines flat rows. */
export async function gradientShap(
  request: ExplanationRequest,
  baselines: Float32Array,
  {
    samples,
    deviation,
    seed,
    shape,
  }: { samples: number; deviation: number; seed: number; shape: readonly number[] },
): Promise<Attribution> {
  const { data } = sampleOf(request);
  const size = data.length;
  const rows = baselines.length / size;
  const random = new Random(seed, 'gradient_shap');
  const moments = new Moments(size);
  const away = new Float32Array(samples * size);
  await withProbe(request, shape, { rows: Math.min(samples, 64), gradients: true }, probe =>
    probe.gradients(
      samples,
      (row, into) => {
        const from = random.integer(rows) * size;
        const a = random.uniform();
        for (let i = 0; i < size; i++) {
          const end = data[i]! + (deviation > 0 ? random.normal(0, deviation) : 0);
          away[row * size + i] = end - baselines[from + i]!;
          into[i] = baselines[from + i]! + a * away[row * size + i]!;
        }
      },
      (row, g) => moments.add(g.map((v, i) => v * away[row * size + i]!)),
      request.onProgress,
    ),
  );
  return {
    values: { shape, data: Float32Array.from(moments.mean) },
    spread: { shape, data: moments.standardError() },
    // What the input is compared with on average; trust measures replace inputs by it.
    baseline: {
      shape,
      data: meanRow(baselines, size),
    },
    facts: { samples, baselines: rows },
  };
}
