/** Score-CAM: a feature map counts by what the network answers when it sees only what that map lets through. */
import { Type } from '@sinclair/typebox';
import { classActivationMap, type FeatureMaps, layerOption, weightedSum } from '../classActivation';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { resizeBilinear } from '../numerics/bilinear';
import { readOptions } from '../options';
import { sampleOf, withProbe } from '../probe';
import { all, hasConvolution, hasGradients, seesPictures } from '../suits';

const options = Type.Object({ layer: layerOption }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'score_cam',
  title: 'Score-CAM',
  paper: {
    authors: 'Wang, Wang, Du, Yang, Zhang, Ding, Mardziel and Hu',
    year: 2020,
    title: 'Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural Networks',
    url: 'https://arxiv.org/abs/1910.01279',
  },
  summary:
    'Which regions of the image bring the prediction about when only they are seen. For convolutional networks; uses no gradients.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(hasGradients, seesPictures, hasConvolution),
  async explain(request, given) {
    const { layer } = readOptions(options, given, 'score_cam');
    return classActivationMap(request, layer, maps => scoreCam(request, maps));
  },
};

/**
 * The image times each map, scaled to 0 … 1 and to the image's size (corners on corners); weights are the softmax of
 * the answers, as pytorch-grad-cam has it.
 */
export async function scoreCam(request: ExplanationRequest, maps: FeatureMaps): Promise<Float32Array> {
  const { data, shape } = sampleOf(request);
  const { activations, channels, height, width } = maps;
  const plane = height * width;
  const [h, w] = shape.slice(-2) as [number, number];
  const answers = await withProbe(request, shape, { rows: Math.min(channels, 64) }, probe =>
    probe.scores(
      channels,
      (c, into) => {
        const mask = resizeBilinear(activations.subarray(c * plane, (c + 1) * plane), height, width, h, w, {
          corners: true,
        });
        let low = mask[0]!;
        let high = mask[0]!;
        for (const v of mask) {
          low = Math.min(low, v);
          high = Math.max(high, v);
        }
        for (let i = 0; i < into.length; i++)
          into[i] = (data[i]! * (mask[i % (h * w)]! - low)) / (high - low + 1e-8);
      },
      request.onProgress,
    ),
  );
  const top = answers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = answers.map(a => Math.exp(a - top));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weightedSum(
    maps,
    weights.map(v => v / sum),
  );
}
