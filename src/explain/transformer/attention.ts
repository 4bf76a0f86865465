/**
 * Attention in a graph, however it was written: a softmax over a product of queries and keys whose result weighs
 * values. Fused calls (scaled_dot_product_attention, nn.MultiheadAttention) are these ops in our graphs, too.
 */
import { symbolsOf } from '../../model/dim';
import { VitrineError } from '../../model/errors';
import type { Model, Node } from '../../model/graph';
import { lookOnce, shapeInside, type View } from '../layers/inside';
import type { ExplanationRequest } from '../method';

export interface AttentionLayer {
  /** The module's path, such as "transformer.h.0.attn". */
  name: string;
  /** The value with the probabilities, [(N ×) heads, queries, keys]. */
  probabilities: string;
  /** What the probabilities weighed up: [(N ×) heads, queries, width], before heads are joined. */
  mixed: string;
  softmax: Node;
}

/** What leaves a product's numbers in their places: scaling, masking, dropout, biases of positions. */
const onTheWay = new Set([
  'Add',
  'Cast',
  'Clip',
  'Div',
  'Dropout',
  'Identity',
  'Max',
  'Mul',
  'Reshape',
  'Sub',
  'Tanh',
  'Unsqueeze',
  'Squeeze',
  'Where',
]);
const products = new Set(['MatMul', 'Einsum', 'FusedMatMul']);

const known = new WeakMap<Model, readonly AttentionLayer[]>();

/** The attention layers that depend on the input, in the order in which they are computed. */
export function attentionLayers(model: Model): readonly AttentionLayer[] {
  const old = known.get(model);
  if (old) return old;
  const made = new Map(model.nodes.flatMap(n => n.outputs.map(o => [o, n] as const)));
  const readers = new Map<string, Node[]>();
  for (const n of model.nodes) for (const i of n.inputs) readers.set(i, [...(readers.get(i) ?? []), n]);
  const dependent = new Set(model.inputs);
  for (const n of model.nodes)
    if (n.inputs.some(i => dependent.has(i))) for (const o of n.outputs) dependent.add(o);
  const found: AttentionLayer[] = [];
  for (const softmax of model.nodes) {
    if (softmax.op !== 'Softmax') continue;
    const id = softmax.outputs[0]!;
    const rank = model.values[id]!.shape.length;
    const axis = Number(softmax.attributes['axis'] ?? -1);
    if (rank < 3 || (axis !== -1 && axis !== rank - 1)) continue;
    if (!comesFromProduct(softmax.inputs[0]!)) continue;
    const mixing = weighs(id);
    if (!mixing) continue;
    found.push({
      name: moduleOf(model, softmax, mixing),
      probabilities: id,
      mixed: mixing.outputs[0]!,
      softmax,
    });
  }
  known.set(model, found);
  return found;

  /** Both sides of the product are computed from the input. */
  function comesFromProduct(start: string): boolean {
    const visit = [start];
    const seen = new Set<string>();
    while (visit.length > 0) {
      const value = visit.pop()!;
      if (seen.has(value)) continue;
      seen.add(value);
      const node = made.get(value);
      if (!node) continue;
      if (products.has(node.op) && node.inputs.slice(0, 2).every(i => dependent.has(i))) return true;
      if (onTheWay.has(node.op)) visit.push(...node.inputs.filter(i => dependent.has(i)));
    }
    return false;
  }

  function weighs(start: string): Node | undefined {
    const visit = [start];
    while (visit.length > 0) {
      const value = visit.shift()!;
      for (const node of readers.get(value) ?? []) {
        if (products.has(node.op)) return node;
        if (onTheWay.has(node.op)) visit.push(node.outputs[0]!);
      }
    }
    return undefined;
  }
}

/** The innermost module with a name around the two; the number of the layer where there is none. */
function moduleOf(model: Model, softmax: Node, mixing: Node): string {
  const path = [softmax.module, mixing.module].sort((a, b) => a.length - b.length)[0]!;
  if (path !== '') return path;
  return `attention ${model.nodes.filter(n => n.op === 'Softmax').indexOf(softmax)}`;
}

/** Why attention cannot be looked at; undefined where it can. */
export function hasAttention(model: Model): string | undefined {
  return attentionLayers(model).length > 0
    ? undefined
    : `${model.name} has no attention: no softmax over a product of queries and keys that weighs values. Use integrated_gradients.`;
}

export interface AttentionMaps {
  layers: readonly AttentionLayer[];
  /** By layer: [heads, queries, keys], flat. */
  maps: readonly Float32Array[];
  heads: readonly number[];
  queries: readonly number[];
  keys: readonly number[];
  view: View;
}

/** The probabilities of every layer for the request's sample, and their gradients where they are asked for. */
export async function attentionMaps(
  request: ExplanationRequest,
  { gradients = false, fetch = [] as readonly string[] } = {},
): Promise<AttentionMaps> {
  const { model } = request;
  const layers = attentionLayers(model);
  const reason = hasAttention(model);
  if (reason) throw new VitrineError('bad-request', reason);
  const ids = layers.map(l => l.probabilities);
  const view = await lookOnce(request, {
    fetch: [...ids, ...fetch],
    ...(gradients && { gradients: ids }),
  });
  const sizes = ids.map(id => shapeInside(request, id).slice(-2) as [number, number]);
  return {
    layers,
    maps: ids.map(id => view.values[id]!),
    heads: ids.map((id, l) => view.values[id]!.length / (sizes[l]![0] * sizes[l]![1])),
    queries: sizes.map(s => s[0]),
    keys: sizes.map(s => s[1]),
    view,
  };
}

/** Layers in which every position attends to positions of the same sequence, all of the same length. */
export function selfAttention(maps: AttentionMaps): number[] {
  const length = maps.queries[0]!;
  return maps.layers.map((_, l) => l).filter(l => maps.queries[l] === length && maps.keys[l] === length);
}

/** Whether the batch is the first axis of a value. */
export function batchFirst(model: Model, id: string): boolean {
  const first = model.values[model.inputs[0]!]!.shape[0];
  if (typeof first !== 'string') return true;
  return symbolsOf(model.values[id]!.shape[0]!).includes(first);
}
