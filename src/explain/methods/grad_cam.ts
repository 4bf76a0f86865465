/** Grad-CAM: where the feature maps of a convolution light up that the gradient says speak for the output. */
import { Type } from '@sinclair/typebox';
import { bindShape, concreteShape } from '../../model/dim';
import { VitrineError } from '../../model/errors';
import type { Model, Node } from '../../model/graph';
import { listed, nearest } from '../../model/suggest';
import type { ExplanationMethod, ExplanationRequest } from '../method';
import { resizeBilinear } from '../numerics/bilinear';
import { readOptions } from '../options';
import { isPicture } from '../perturbation/units';
import { sampleOf, withProbe } from '../probe';
import { all, hasConvolution, hasGradients, seesPictures } from '../suits';

const options = Type.Object(
  {
    layer: Type.String({
      default: '',
      description: 'The convolution to look at, by its module path such as "conv2"; the last one if empty.',
    }),
  },
  { additionalProperties: false },
);

export const method: ExplanationMethod = {
  id: 'grad_cam',
  title: 'Grad-CAM',
  paper: {
    authors: 'Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra',
    year: 2017,
    title: 'Grad-CAM: Visual Explanations from Deep Networks via Gradient-Based Localization',
    url: 'https://arxiv.org/abs/1610.02391',
  },
  summary: 'Which regions of the image the last convolution found evidence in. For convolutional networks.',
  scope: 'prediction',
  needs: ['gradients'],
  options,
  judgedBy: ['deletion', 'max_sensitivity', 'model_randomisation', 'second_method', 'sparseness'],
  suits: all(hasGradients, seesPictures, hasConvolution),
  async explain(request, given) {
    const { layer } = readOptions(options, given, 'grad_cam');
    const { shape } = sampleOf(request);
    if (!isPicture(shape)) {
      throw new VitrineError(
        'bad-request',
        `Grad-CAM draws a map over an image; the input of ${request.model.name} has the shape (${shape.join(', ')}). Use integrated_gradients.`,
      );
    }
    const node = convolution(request.model, layer);
    const { map, height, width } = await gradCam(request, node);
    const [h, w] = shape.slice(-2) as [number, number];
    const drawn = resizeBilinear(map, height, width, h, w);
    const planes = shape.slice(0, -2).reduce((a, b) => a * b, 1);
    const values = new Float32Array(planes * h * w);
    for (let p = 0; p < planes; p++) values.set(drawn, p * h * w);
    return {
      values: { shape, data: values },
      facts: { rows: height, columns: width },
      layers: [node.module],
    };
  },
};

/**
 * ReLU of the sum over channels of the mean gradient times the activation, on the convolution's own grid; Captum's
 * LayerGradCam with `relu_attributions`.
 */
export async function gradCam(
  request: ExplanationRequest,
  node: Node,
): Promise<{ map: Float32Array; height: number; width: number }> {
  const { model } = request;
  const { data, shape } = sampleOf(request);
  const id = node.outputs[0]!;
  let map = new Float32Array(0);
  let size = { height: 1, width: 1 };
  await withProbe(request, shape, { rows: 1, inner: id }, async probe => {
    const [, channels, height, width] = concreteShape(bindShape(model.values[id]!.shape, probe.bindings)) as [
      number,
      number,
      number,
      number,
    ];
    size = { height, width };
    await probe.gradients(
      1,
      (_, into) => into.set(data),
      (_row, gradient, _score, activation) => {
        const plane = height * width;
        map = new Float32Array(plane);
        for (let c = 0; c < channels; c++) {
          let weight = 0;
          for (let i = 0; i < plane; i++) weight += gradient[c * plane + i]! / plane;
          for (let i = 0; i < plane; i++) map[i]! += weight * activation![c * plane + i]!;
        }
        map = map.map(v => Math.max(0, v));
      },
    );
  });
  return { map, ...size };
}

/**
 * The convolution of that module, or the last one that has a height and a width.
 *
 * @throws bad-request when there is none.
 */
export function convolution(model: Model, layer: string): Node {
  const all = model.nodes.filter(n => n.op === 'Conv' && model.values[n.outputs[0]!]?.shape.length === 4);
  if (all.length === 0) {
    throw new VitrineError(
      'bad-request',
      `Grad-CAM looks at a convolution over images, and ${model.name} has none. Use integrated_gradients.`,
    );
  }
  if (layer === '') return all.at(-1)!;
  const found = all.find(n => n.module === layer);
  if (found) return found;
  const names = [...new Set(all.map(n => n.module))];
  const near = nearest(layer, names);
  throw new VitrineError(
    'bad-request',
    `${model.name} has no convolution "${layer}".${near ? ` Did you mean "${near}"?` : ''} It has ${listed(names)}.`,
  );
}
