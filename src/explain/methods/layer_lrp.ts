/** Layer-wise relevance propagation, down to a layer: how the prediction is shared out among the layer's units. */
import { Type } from '@sinclair/typebox';
import { byUnit, hasLayers, layerOutput, moduleOption } from '../layers/layers';
import type { ExplanationMethod } from '../method';
import { readOptions } from '../options';
import { normalised } from '../rules/canonise';
import { relevanceMissing } from '../rules/relevance';
import { all, hasGradients } from '../suits';
import { compositeOf, layerwiseRelevance, method as lrp, relevanceOptions, subjectOf } from './lrp';

const options = Type.Object({ layer: moduleOption, ...relevanceOptions }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'layer_lrp',
  title: 'Layer LRP',
  paper: lrp.paper,
  summary: "How the prediction is shared out among a layer's units.",
  scope: 'prediction',
  of: 'units',
  needs: ['gradients'],
  options,
  judgedBy: ['max_sensitivity', 'model_randomisation', 'sparseness'],
  suits: all(hasGradients, hasLayers, relevanceMissing),
  async explain(request, given) {
    const { layer, ...chosen } = readOptions(options, given, 'layer_lrp');
    const { id, name } = layerOutput(request.model, layer);
    const composite = compositeOf(chosen);
    const inner = chosen.mergeNorms ? normalised(request.model, id) : id;
    const { values, facts } = await layerwiseRelevance(
      subjectOf(request, chosen, composite),
      composite,
      inner,
    );
    return { ...byUnit(values.data, values.shape, name), facts };
  },
};
