/** LayerCAM: each place of a feature map is weighted by its own positive gradient, so early layers can be drawn too. */
import { Type } from '@sinclair/typebox';
import { classActivationMap, type FeatureMaps, layerOption } from '../classActivation';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, hasConvolution, hasGradients, seesPictures } from '../suits';

const options = Type.Object({ layer: layerOption }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'layer_cam',
  title: 'LayerCAM',
  paper: {
    authors: 'Jiang, Zhang, Hou, Cheng and Wei',
    year: 2021,
    title: 'LayerCAM: Exploring Hierarchical Class Activation Maps for Localization',
    url: 'https://doi.org/10.1109/TIP.2021.3089943',
  },
  summary:
    'Which places of the image a convolution found evidence in, place by place; early layers show finer detail. For convolutional networks.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(hasGradients, seesPictures, hasConvolution),
  async explain(request, given) {
    const { layer } = readOptions(options, given, 'layer_cam');
    return classActivationMap(request, layer, layerCam);
  },
};

/** ReLU of Σ over channels of ReLU(gradient) · activation. */
export function layerCam({ activations, gradients, channels, height, width }: FeatureMaps): Float32Array {
  const plane = height * width;
  const map = new Float32Array(plane);
  for (let i = 0; i < channels * plane; i++) map[i % plane]! += Math.max(0, gradients[i]!) * activations[i]!;
  return map.map(v => Math.max(0, v));
}
