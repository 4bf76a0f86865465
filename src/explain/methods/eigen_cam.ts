/** Eigen-CAM: the first principal component of a convolution's feature maps. It looks at no class. */
import { Type } from '@sinclair/typebox';
import { classActivationMap, type FeatureMaps, layerOption } from '../classActivation';
import type { ExplanationMethod } from '../method';
import { principalComponents } from '../numerics/principalComponents';
import { readOptions } from '../options';
import { all, hasConvolution, hasGradients, seesPictures } from '../suits';

const options = Type.Object({ layer: layerOption }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'eigen_cam',
  title: 'Eigen-CAM',
  paper: {
    authors: 'Muhammad and Yeasin',
    year: 2020,
    title: 'Eigen-CAM: Class Activation Map Using Principal Components',
    url: 'https://arxiv.org/abs/2008.00299',
  },
  summary:
    'Which places of the image excite a convolution together, whatever the class. For convolutional networks.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(hasGradients, seesPictures, hasConvolution),
  async explain(request, given) {
    const { layer } = readOptions(options, given, 'eigen_cam');
    return classActivationMap(request, layer, eigenCam);
  },
};

/**
 * Places are the observations, channels the variables, centred. A component has no sign of its own: it is turned to
 * where the activations are larger. What lies below the mean is cut off.
 */
export function eigenCam({ activations, channels, height, width }: FeatureMaps): Float32Array {
  const plane = height * width;
  const rows = Array.from({ length: plane }, (_, i) =>
    Float64Array.from({ length: channels }, (_, c) => activations[c * plane + i]!),
  );
  const { scores } = principalComponents(rows, 1);
  const map = Float32Array.from(scores, s => s[0]!);
  let agree = 0;
  for (let i = 0; i < plane; i++) agree += map[i]! * rows[i]!.reduce((a, b) => a + b, 0);
  return map.map(v => Math.max(0, agree < 0 ? -v : v));
}
