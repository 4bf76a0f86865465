/** What maps of class activations share: a convolution's feature maps with their gradients, and how they are drawn. */
import { Type } from '@sinclair/typebox';
import { bindShape, concreteShape } from '../model/dim';
import type { Model, Node } from '../model/graph';
import type { Attribution, ExplanationRequest } from './method';
import { convolution } from './methods/grad_cam';
import { resizeBilinear } from './numerics/bilinear';
import { sampleOf, withProbe } from './probe';

export const layerOption = Type.String({
  default: '',
  description: 'The convolution to look at, by its module path such as "conv2"; the last one if empty.',
});

export interface FeatureMaps {
  /** [channels, height, width], flat. */
  activations: Float32Array;
  /** Of the explained output with respect to them. */
  gradients: Float32Array;
  channels: number;
  height: number;
  width: number;
}

/** The feature maps (a value [N, channels, height, width]) for the request's sample. */
export async function featureMaps(request: ExplanationRequest, id: string): Promise<FeatureMaps> {
  const { data, shape } = sampleOf(request);
  let found: FeatureMaps | undefined;
  await withProbe(request, shape, { rows: 1, inner: id }, async probe => {
    const size = concreteShape(bindShape(request.model.values[id]!.shape, probe.bindings));
    const [, channels, height, width] = size as [number, number, number, number];
    await probe.gradients(
      1,
      (_, into) => into.set(data),
      (_row, gradient, _score, activation) => {
        found = { activations: activation!.slice(), gradients: gradient.slice(), channels, height, width };
      },
    );
  });
  return found!;
}

/** What a convolution's maps are after a normalisation and a ReLU, which is what the papers weigh; or its output. */
export function activated(model: Model, node: Node): string {
  let id = node.outputs[0]!;
  for (;;) {
    const readers = model.nodes.filter(n => n.inputs.includes(id));
    const [reader] = readers;
    if (readers.length !== 1 || !reader || !/^(BatchNormalization|Relu)$/.test(reader.op)) break;
    id = reader.outputs[0]!;
    if (reader.op === 'Relu') return id;
  }
  return node.outputs[0]!;
}

/** Maps on the convolution's grid, drawn over the image: every channel of the image gets the same. */
export async function classActivationMap(
  request: ExplanationRequest,
  layer: string,
  map: (maps: FeatureMaps) => Float32Array | Promise<Float32Array>,
): Promise<Attribution> {
  const { shape } = sampleOf(request);
  const node = convolution(request.model, layer);
  const maps = await featureMaps(request, activated(request.model, node));
  return {
    values: { shape, data: overImage(await map(maps), maps, shape) },
    facts: { rows: maps.height, columns: maps.width },
    layers: [node.module],
  };
}

/** One value a place of the image, from a map of another size. */
export function overImage(
  map: Float32Array,
  { height, width }: { height: number; width: number },
  shape: readonly number[],
): Float32Array {
  const [h, w] = shape.slice(-2) as [number, number];
  const drawn = resizeBilinear(map, height, width, h, w);
  const planes = shape.slice(0, -2).reduce((a, b) => a * b, 1);
  const values = new Float32Array(planes * h * w);
  for (let p = 0; p < planes; p++) values.set(drawn, p * h * w);
  return values;
}

/** Σ over channels of weight · activation, and what is negative cut off. */
export function weightedSum(maps: FeatureMaps, weight: ArrayLike<number>): Float32Array {
  const { activations, channels } = maps;
  const plane = maps.height * maps.width;
  const map = new Float32Array(plane);
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) map[i]! += weight[c]! * activations[c * plane + i]!;
  }
  return map.map(v => Math.max(0, v));
}
