/** Guided Grad-CAM: the fine detail of guided backpropagation where Grad-CAM finds evidence. */
import { Type } from '@sinclair/typebox';
import { layerOption } from '../classActivation';
import { gradientAt } from '../gradients';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { sampleOf } from '../probe';
import { guided } from '../rules/relu';
import { all, hasConvolution, hasGradients, hasRelu, seesPictures } from '../suits';
import { convolution, gradCam } from './grad_cam';

const options = Type.Object({ layer: layerOption }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'guided_grad_cam',
  title: 'Guided Grad-CAM',
  paper: {
    authors: 'Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra',
    year: 2017,
    title: 'Grad-CAM: Visual Explanations from Deep Networks via Gradient-Based Localization',
    url: 'https://arxiv.org/abs/1610.02391',
  },
  summary:
    'Which details of the image, in the regions that speak for the class, excited the network. For convolutional networks with ReLUs.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(hasGradients, hasRelu, seesPictures, hasConvolution),
  async explain(request, given) {
    const { layer } = readOptions(options, given, 'guided_grad_cam');
    return guidedGradCam(request, layer);
  },
};

/** Guided backpropagation times Grad-CAM, the latter enlarged without smoothing, as Captum does by default. */
export async function guidedGradCam(request: ExplanationRequest, layer: string) {
  const { data, shape } = sampleOf(request);
  const node = convolution(request.model, layer);
  const { map, height, width } = await gradCam(request, node);
  const detail = await gradientAt(request, data, shape, guided);
  const [h, w] = shape.slice(-2) as [number, number];
  const values = detail.map((g, i) => {
    const y = Math.floor(i / w) % h;
    return g * map[Math.floor((y * height) / h) * width + Math.floor(((i % w) * width) / w)]!;
  });
  return {
    values: { shape, data: values },
    slopes: true as const,
    facts: { rows: height, columns: width },
    layers: [node.module],
  };
}
