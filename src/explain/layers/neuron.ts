/** One unit of a layer as what is explained: the mean of its cells, and what moves it. */
import { type Static, type TObject, type TProperties, Type } from '@sinclair/typebox';
import { mulDims } from '../../model/dim';
import { VitrineError } from '../../model/errors';
import type { Attributes, Dim, Model } from '../../model/graph';
import type { Attribution, ExplanationMethod, ExplanationRequest } from '../method';
import { readOptions } from '../options';
import { baselineFor } from '../perturbation/baseline';
import { sampleOf } from '../probe';
import { all, hasGradients } from '../suits';
import { look, partOf, shapeInside } from './inside';
import { hasLayers, layerOutput, moduleOption } from './layers';

/** Options of methods about one unit. */
export const neuronOptions = {
  layer: moduleOption,
  unit: Type.Integer({
    minimum: -1,
    default: -1,
    description: "The layer's unit, or channel of feature maps, from 0; the one that is most active if -1.",
  }),
};

export interface Neuron {
  /** The layer's value. */
  id: string;
  /** As "conv2[3]". */
  name: string;
  unit: number;
  /** Its cells among those of a sample. */
  from: number;
  to: number;
}

/** @throws bad-request for a layer or unit that does not exist. */
export async function neuronOf(request: ExplanationRequest, layer: string, unit: number): Promise<Neuron> {
  const { id, name } = layerOutput(request.model, layer);
  const [, ...inner] = shapeInside(request, id);
  const size = inner.reduce((a, b) => a * b, 1);
  const units = inner.length === 3 ? inner[0]! : size;
  if (unit >= units)
    throw new VitrineError(
      'bad-request',
      `"${name}" has ${units} units, 0 to ${units - 1}; unit ${unit} was asked for.`,
    );
  const cells = size / units;
  let chosen = unit;
  if (chosen < 0) {
    let most = Number.NEGATIVE_INFINITY;
    await look(request, { model: partOf(request.model, [], id) }, (_, { output }) => {
      for (let u = 0; u < units; u++) {
        let sum = 0;
        for (let i = u * cells; i < (u + 1) * cells; i++) sum += output[i]!;
        if (sum > most) [most, chosen] = [sum, u];
      }
    });
  }
  return { id, name: `${name}[${chosen}]`, unit: chosen, from: chosen * cells, to: (chosen + 1) * cells };
}

const subjects = new WeakMap<Model, Map<string, Model>>();

/**
 * The unit as a model of its own, with one output: what explains an output explains a unit of it alike.
 * The same object for the same unit, so that what was compiled is found again.
 */
export function neuronSubject(request: ExplanationRequest, neuron: Neuron): ExplanationRequest {
  const known = subjects.get(request.model) ?? new Map<string, Model>();
  subjects.set(request.model, known);
  const key = `${neuron.id} ${neuron.from} ${neuron.to}`;
  const model = known.get(key) ?? unitOf(partOf(request.model, [], neuron.id), neuron);
  known.set(key, model);
  return { ...request, model, target: 0, sign: 1 };
}

/** The mean of the unit's cells: flattened, cut and averaged. */
function unitOf(part: Model, { id, from, to }: Neuron): Model {
  const batch = part.values[id]!.shape[0]!;
  const [flat, cut, mean] = ['%unit:flat', '%unit:cells', '%unit'] as const;
  const node = (op: string, input: string, output: string, attributes: Attributes) => ({
    id: `${output}:node`,
    op,
    module: '',
    inputs: [input],
    outputs: [output],
    attributes,
  });
  const value = (name: string, size: Dim) => ({ id: name, dtype: 'float32' as const, shape: [batch, size] });
  const size = part.values[id]!.shape.slice(1).reduce<Dim>((a, b) => mulDims(a, b), 1);
  return {
    ...part,
    outputs: [mean],
    values: {
      ...part.values,
      [flat]: value(flat, size),
      [cut]: value(cut, to - from),
      [mean]: value(mean, 1),
    },
    nodes: [
      ...part.nodes,
      node('Flatten', id, flat, { axis: 1 }),
      node('Slice', flat, cut, { starts: [from], ends: [to], axes: [1] }),
      node('ReduceMean', cut, mean, { axes: [1], keepdims: 1 }),
    ],
  };
}

/** A method about one unit: what it shares with the others, and how the unit is explained. */
export function neuronMethod<T extends TProperties>(
  about: Pick<ExplanationMethod, 'id' | 'title' | 'paper' | 'summary'>,
  more: T,
  explain: (
    request: ExplanationRequest,
    neuron: Neuron,
    chosen: Static<TObject<T>> & { start: Float32Array },
  ) => Promise<Attribution>,
): ExplanationMethod {
  const options = Type.Object({ ...neuronOptions, ...more }, { additionalProperties: false });
  return {
    ...about,
    scope: 'prediction',
    of: 'units',
    needs: [
      'gradients',
      ...('baseline' in more ? (['baseline'] as const) : []),
      ...('background' in more ? (['training-data'] as const) : []),
    ],
    options,
    judgedBy: [
      'model_randomisation',
      'max_sensitivity',
      'sparseness',
      ...('samples' in more ? ['sampling_error'] : []),
    ],
    suits: all(hasGradients, hasLayers),
    async explain(request, given) {
      const chosen = readOptions(options as unknown as TObject, given, about.id) as Static<TObject<T>> & {
        layer: string;
        unit: number;
        baseline?: 'zero' | 'mean';
      };
      const neuron = await neuronOf(request, chosen.layer, chosen.unit);
      const start = baselineFor(chosen.baseline ?? 'zero', request, sampleOf(request).shape);
      const { facts, ...attribution } = await explain(request, neuron, { ...chosen, start });
      return {
        unit: { name: neuron.name },
        ...attribution,
        ...('baseline' in more && { baseline: { shape: attribution.values.shape, data: start } }),
        facts: { ...facts, unit: neuron.unit },
      };
    },
  };
}

/** Points on the straight way from a baseline to the sample. */
export function wayTo(
  request: ExplanationRequest,
  baseline: Float32Array,
  nodes: ArrayLike<number>,
): Float32Array[] {
  const { data } = sampleOf(request);
  return Array.from(nodes, a => data.map((v, i) => baseline[i]! + a * (v - baseline[i]!)));
}

export const stepsOption = Type.Integer({
  minimum: 2,
  maximum: 1000,
  default: 50,
  description: 'Points on the way from the baseline.',
});
