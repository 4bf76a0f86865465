/** Grad-CAM++: like Grad-CAM, but places with a strong gradient count more, so that several objects are all found. */
import { Type } from '@sinclair/typebox';
import { classActivationMap, type FeatureMaps, layerOption, weightedSum } from '../classActivation';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, hasConvolution, hasGradients, seesPictures } from '../suits';

const options = Type.Object({ layer: layerOption }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'grad_cam_plus_plus',
  title: 'Grad-CAM++',
  paper: {
    authors: 'Chattopadhay, Sarkar, Howlader and Balasubramanian',
    year: 2018,
    title: 'Grad-CAM++: Generalized Gradient-Based Visual Explanations for Deep Convolutional Networks',
    url: 'https://arxiv.org/abs/1710.11063',
  },
  summary:
    'Which regions of the image a convolution found evidence in, several of them alike. For convolutional networks.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(hasGradients, seesPictures, hasConvolution),
  async explain(request, given) {
    const { layer } = readOptions(options, given, 'grad_cam_plus_plus');
    return classActivationMap(request, layer, gradCamPlusPlus);
  },
};

/**
 * Channels are weighted by Σ α ReLU(gradient) with α = g² / (2 g² + Σ activations · g³): the paper's equation 19 for an
 * output under an exponential, as pytorch-grad-cam computes it.
 */
export function gradCamPlusPlus(maps: FeatureMaps): Float32Array {
  const { activations, gradients, channels, height, width } = maps;
  const plane = height * width;
  const weights = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = 0; i < plane; i++) sum += activations[c * plane + i]!;
    for (let i = 0; i < plane; i++) {
      const g = gradients[c * plane + i]!;
      if (g > 0) weights[c]! += (g * g * g) / (2 * g * g + sum * g * g * g + 1e-6);
    }
  }
  return weightedSum(maps, weights);
}
