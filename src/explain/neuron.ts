/** One unit of a layer as what is explained: the mean of its cells, and what moves it. */
import { Type } from '@sinclair/typebox';
import { VitrineError } from '../model/errors';
import { look, partOf, shapeInside } from './inside';
import { layerOutput, moduleOption } from './layers';
import type { ExplanationRequest } from './method';
import { sampleOf } from './probe';

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

/** The gradient of a unit with respect to the input at some points, and the unit's value there. */
export async function neuronGradients(
  request: ExplanationRequest,
  neuron: Neuron,
  points: readonly Float32Array[],
  each: (row: number, gradient: Float32Array, value: number) => void,
): Promise<void> {
  const source = request.model.inputs[0]!;
  const cells = neuron.to - neuron.from;
  await look(
    request,
    {
      model: partOf(request.model, [], neuron.id),
      rows: points.length,
      gradients: [source],
      feed: { [source]: (row, into) => into.set(points[row]!) },
      seed: (_, into) => into.fill(1 / cells, neuron.from, neuron.to),
      ...(request.onProgress && { onProgress: request.onProgress }),
    },
    (row, view) => {
      let value = 0;
      for (let i = neuron.from; i < neuron.to; i++) value += view.output[i]! / cells;
      each(row, view.gradients[source]!, value);
    },
  );
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
