/** Layer GradientSHAP: what each unit of a layer contributes, compared with what it is for typical training rows. */
import { Type } from '@sinclair/typebox';
import { Random } from '../../model/random';
import { Moments } from '../gradients';
import { look, partOf, shapeInside } from '../layers/inside';
import { byUnit, hasLayers, layerOutput, moduleOption } from '../layers/layers';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { backgroundOf, meanRow } from '../perturbation/background';
import { sampleOf } from '../probe';
import { all, hasGradients } from '../suits';
import { type GradientShapOptions, gradientShapOptions } from './gradient_shap';

const options = Type.Object({ layer: moduleOption, ...gradientShapOptions }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'layer_gradient_shap',
  title: 'Layer GradientSHAP',
  paper: {
    authors: 'Lundberg and Lee',
    year: 2017,
    title: 'A Unified Approach to Interpreting Model Predictions',
    url: 'https://arxiv.org/abs/1705.07874',
  },
  summary: 'What each unit of a layer contributes, compared with what it is for typical training rows.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients', 'training-data'],
  options,
  judgedBy: ['sampling_error', 'max_sensitivity', 'model_randomisation', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const { layer, background, ...chosen } = readOptions(options, given, 'layer_gradient_shap');
    const { id, name } = layerOutput(request.model, layer);
    const baselines = backgroundOf(request, background);
    const { length } = sampleOf(request).data;
    const shape = shapeInside(request, id).slice(1);
    const pooled = (values: Float32Array) => byUnit(values, shape, name).values.data as Float32Array;
    const found = await layerGradientShap(request, id, baselines, chosen, pooled);
    return {
      ...byUnit(found.values.data as Float32Array, found.values.shape, name),
      spread: found.spread!,
      baseline: { shape: sampleOf(request).shape, data: meanRow(baselines, length) },
      facts: found.facts!,
    };
  },
};

/**
 * The output's gradient at the layer, for a random point between a random baseline and the input, times how far the
 * layer's value for the input is from that for the baseline; averaged, as in Captum.
 *
 * @param baselines flat rows.
 * @param told what of a sample's values is averaged, such as its units; all of them if left out.
 */
export async function layerGradientShap(
  request: ExplanationRequest,
  layer: string,
  baselines: Float32Array,
  { samples, deviation, seed }: Omit<GradientShapOptions, 'background'>,
  told: (values: Float32Array) => Float32Array = v => v,
): Promise<Attribution> {
  const { data } = sampleOf(request);
  const [input] = request.model.inputs as [string];
  const size = data.length;
  const rows = baselines.length / size;
  const random = new Random(seed, 'layer_gradient_shap');
  // The noise moves the layer's value too; without it one end serves for all.
  const ends = deviation > 0 ? samples : 1;
  const noisy = Float32Array.from(
    { length: ends * size },
    (_, i) => data[i % size]! + (deviation > 0 ? random.normal(0, deviation) : 0),
  );
  const inner: Float32Array[] = [];
  await look(
    request,
    {
      model: partOf(request.model, [], layer),
      rows: rows + ends,
      feed: {
        [input]: (row, into) =>
          into.set(
            row < rows
              ? baselines.subarray(row * size, (row + 1) * size)
              : noisy.subarray((row - rows) * size, (row - rows + 1) * size),
          ),
      },
    },
    (_, { output }) => inner.push(output.slice()),
  );
  const from = Int32Array.from({ length: samples }, () => random.integer(rows));
  const at = Float64Array.from({ length: samples }, () => random.uniform());
  let moments: Moments | undefined;
  await look(
    request,
    {
      rows: samples,
      batch: 64,
      gradients: [layer],
      feed: {
        [input]: (row, into) => {
          const end = (row % ends) * size;
          const start = from[row]! * size;
          for (let i = 0; i < size; i++) {
            const b = baselines[start + i]!;
            into[i] = b + at[row]! * (noisy[end + i]! - b);
          }
        },
      },
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (row, { gradients }) => {
      const to = inner[rows + (row % ends)]!;
      const start = inner[from[row]!]!;
      const values = told(gradients[layer]!.map((g, i) => g * (to[i]! - start[i]!)));
      moments ??= new Moments(values.length);
      moments.add(values);
    },
  );
  const { mean } = moments!;
  return {
    values: { shape: [mean.length], data: Float32Array.from(mean) },
    spread: { shape: [mean.length], data: moments!.standardError() },
    facts: { samples, baselines: rows },
  };
}
