/** Layer activation: what each unit of a layer is for this input. */
import { Type } from '@sinclair/typebox';
import { formatNumber } from '../answers/predict';
import { lookOnce, shapeInside } from '../layers/inside';
import { byUnit, hasLayers, layerOutput, moduleOption } from '../layers/layers';
import type { ExplanationMethod } from '../method';
import { descending } from '../numerics/statistics';
import { readOptions } from '../options';
import { all, oneInput } from '../suits';
import { wordsFor } from '../words/words';

/** How many units are told. */
const told = 3;

const options = Type.Object({ layer: moduleOption }, { additionalProperties: false });

export const method: ExplanationMethod = {
  id: 'layer_activation',
  title: 'Layer activation',
  paper: {
    authors: 'Yosinski, Clune, Nguyen, Fuchs and Lipson',
    year: 2015,
    title: 'Understanding Neural Networks Through Deep Visualization',
    url: 'https://arxiv.org/abs/1506.06579',
  },
  summary: 'How active each unit of a layer is for this input.',
  scope: 'prediction',
  of: 'units',
  needs: [],
  options,
  judgedBy: ['model_randomisation', 'sparseness'],
  suits: all(oneInput, hasLayers),
  async explain(request, given) {
    const { layer } = readOptions(options, given, 'layer_activation');
    const { id, name } = layerOutput(request.model, layer);
    const { values } = await lookOnce(request, { fetch: [id] });
    const units = byUnit(values[id]!, shapeInside(request, id).slice(1), name);
    const { data } = units.values;
    const most = Array.from(descending(Float64Array.from(data, Math.abs)))
      .slice(0, told)
      .filter(i => data[i] !== 0)
      .map(i => `${units.names![i]} (${formatNumber(data[i]!)})`);
    const { reasons } = wordsFor(request.language);
    return { ...units, told: [most.length > 0 ? reasons.active(most) : reasons.silent(name)] };
  },
};
