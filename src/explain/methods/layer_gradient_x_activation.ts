/** Layer gradient x activation: a quick estimate of what each unit of a layer contributes. */
import { Type } from '@sinclair/typebox';
import { lookOnce, shapeInside } from '../layers/inside';
import { byUnit, hasLayers, layerOutput, moduleOption } from '../layers/layers';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { all, hasGradients } from '../suits';

const options = Type.Object({ layer: moduleOption }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'layer_gradient_x_activation',
  title: 'Layer gradient x activation',
  paper: {
    authors: 'Shrikumar, Greenside, Shcherbina and Kundaje',
    year: 2016,
    title: 'Not Just a Black Box: Learning Important Features Through Propagating Activation Differences',
    url: 'https://arxiv.org/abs/1605.01713',
  },
  summary: 'A quick estimate of what each unit of a layer contributes, from one gradient.',
  scope: 'prediction',
  of: 'units',
  needs: ['gradients'],
  options,
  judgedBy: ['model_randomisation', 'max_sensitivity', 'sparseness'],
  suits: all(hasGradients, hasLayers),
  async explain(request, given) {
    const { layer } = readOptions(options, given, 'layer_gradient_x_activation');
    const { id, name } = layerOutput(request.model, layer);
    const { values, gradients } = await lookOnce(request, { fetch: [id], gradients: [id] });
    const both = values[id]!.map((v, i) => v * gradients[id]![i]!);
    return byUnit(both, shapeInside(request, id).slice(1), name);
  },
};
