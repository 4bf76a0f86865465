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
  /** One that has all heads; or as many as there are modules for single heads whose results are joined. */
  parts: readonly AttentionPart[];
}

export interface AttentionPart {
  /** The value with the probabilities, [(N ×) heads, queries, keys]. */
  probabilities: string;
  /** What the probabilities weighed up: [(N ×) heads, queries, width], before heads are joined. */
  mixed: string;
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
/** What leaves the result of a head as it is. */
const handsOn = new Set(['Cast', 'Dropout', 'Identity', 'Reshape', 'Squeeze', 'Transpose', 'Unsqueeze']);
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
  /** The layers by the value that joins them, with their sizes. */
  const joined = new Map<string, AttentionLayer & { parts: AttentionPart[] }>();
  for (const softmax of model.nodes) {
    if (softmax.op !== 'Softmax') continue;
    const id = softmax.outputs[0]!;
    const rank = model.values[id]!.shape.length;
    const axis = Number(softmax.attributes['axis'] ?? -1);
    if (rank < 3 || (axis !== -1 && axis !== rank - 1)) continue;
    if (!comesFromProduct(softmax.inputs[0]!)) continue;
    const mixing = weighs(id);
    if (!mixing) continue;
    const part = { probabilities: id, mixed: mixing.outputs[0]! };
    const join = joins(part.mixed);
    const key = join && JSON.stringify([join.outputs[0], model.values[id]!.shape]);
    const layer = key === undefined ? undefined : joined.get(key);
    if (layer) {
      layer.parts.push(part);
      layer.name = join!.module || layer.name;
      continue;
    }
    const made = { name: moduleOf(model, softmax, mixing), parts: [part] };
    found.push(made);
    if (key !== undefined) joined.set(key, made);
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

  /** What stands heads side by side, each of which is computed for itself. */
  function joins(start: string): Node | undefined {
    for (let id = start; ; ) {
      const next = readers.get(id) ?? [];
      if (next.length !== 1) return undefined;
      if (next[0]!.op === 'Concat') return next[0];
      if (!handsOn.has(next[0]!.op)) return undefined;
      id = next[0]!.outputs[0]!;
    }
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
  /** Of the explained output, of the same shapes, where they were asked for. */
  gradients: readonly Float32Array[];
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
  const ids = layers.flatMap(l => l.parts.map(p => p.probabilities));
  const view = await lookOnce(request, {
    fetch: [...ids, ...fetch],
    ...(gradients && { gradients: ids }),
  });
  const sizes = layers.map(
    l => shapeInside(request, l.parts[0]!.probabilities).slice(-2) as [number, number],
  );
  const together = (of: Readonly<Record<string, Float32Array>>) =>
    layers.map(l => concatenated(l.parts.map(p => of[p.probabilities]!)));
  const maps = together(view.values);
  return {
    layers,
    maps,
    gradients: gradients ? together(view.gradients) : [],
    heads: maps.map((m, l) => m.length / (sizes[l]![0] * sizes[l]![1])),
    queries: sizes.map(s => s[0]),
    keys: sizes.map(s => s[1]),
    view,
  };
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const out = new Float32Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

/** How many heads a part of a layer has: what is left of its probabilities beside queries and keys. */
export function headsOf(request: ExplanationRequest, { probabilities }: AttentionPart): number {
  return shapeInside(request, probabilities)
    .slice(0, -2)
    .reduce((a, b) => a * b, 1);
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
