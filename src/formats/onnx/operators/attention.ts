/**
 * What onnxruntime's optimiser joins around attention:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
import { mulDims } from '../../../model/dim';
import type { Dim } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { NeedsSize, type Translate, type TranslationContext, Unsupported } from '../translation';
import { cast, finite, huge, optional, rankOf } from './_shared';

const binary = (c: TranslationContext, op: string, a: string, b: string): string => c.emit(op, [a, b])[0]!;
const reshaped = (c: TranslationContext, x: string, shape: readonly Dim[]): string =>
  c.emit('Reshape', [x], { shape })[0]!;

/** [N, S, H] as heads: [N, heads, S, H / heads]. */
function headsOf(c: TranslationContext, x: string, heads: number): string {
  const [rows, steps, width] = c.typeOf(x).shape as [Dim, Dim, Dim];
  if (typeof width !== 'number' || width % heads !== 0) throw new Unsupported(`${heads} heads of ${width}`);
  const apart = reshaped(c, x, [rows, steps, heads, width / heads]);
  return c.emit('Transpose', [apart], { perm: [0, 2, 1, 3] })[0]!;
}

/** What is added to scores [N, heads, S, T] where a mask (what is above zero shows a key), or lengths, hide keys. */
function hidden(c: TranslationContext, at: number, steps: Dim, value: number): string {
  const { shape } = c.type(at);
  const mask = c.tensor(at);
  let seen: string;
  if (shape.length === 1) {
    if (shape[0] !== c.type(0).shape[0]) throw new Unsupported('a mask of ends and starts');
    const range = c.emit('Range', [], { start: 0, limit: steps, delta: 1, dtype: 'int64' })[0]!;
    seen = binary(c, 'Less', reshaped(c, range, [1, 1, 1, steps]), reshaped(c, mask, [shape[0]!, 1, 1, 1]));
  } else if (shape.length === 2) seen = reshaped(c, mask, [shape[0]!, 1, 1, shape[1]!]);
  else if (shape.length === 3) seen = reshaped(c, mask, [shape[0]!, 1, shape[1]!, shape[2]!]);
  else throw new Unsupported(`a mask of rank ${shape.length}`);
  if (shape.length > 1) seen = binary(c, 'Greater', seen, c.constant(c.typeOf(seen).dtype, [], [0]));
  const ones = cast(c, seen, 'float32');
  const absent = binary(c, 'Sub', c.constant('float32', [], [1]), ones);
  return binary(c, 'Mul', absent, c.constant('float32', [], [value]));
}

interface Parts {
  /** Of one width: [N, S, H]; keys and values [N, T, H]. */
  query: string;
  key: string;
  value: string;
  heads: number;
  mask?: number;
  bias?: number;
}

/** softmax(Q Kᵀ · scale + masks) V, its heads side by side. */
function attend(c: TranslationContext, { query, key, value, heads, mask, bias }: Parts): undefined {
  const [q, k, v] = [query, key, value].map(x => headsOf(c, x, heads)) as [string, string, string];
  const [rows, , steps, width] = c.typeOf(q).shape as [Dim, Dim, Dim, number];
  const keys = c.typeOf(k).shape[2]!;
  const scale = c.float('scale', 0) || 1 / Math.sqrt(width);
  const turned = c.emit('Transpose', [k], { perm: [0, 1, 3, 2] })[0]!;
  let scores = binary(c, 'MatMul', q, turned);
  scores = binary(c, 'Mul', scores, c.constant('float32', [], [scale]));
  const filter = finite(c.float('mask_filter_value', -10000));
  if (mask !== undefined && c.has(mask)) scores = binary(c, 'Add', scores, hidden(c, mask, keys, filter));
  if (bias !== undefined && c.has(bias)) scores = binary(c, 'Add', scores, c.tensor(bias));
  if (c.integer('unidirectional', 0) === 1) {
    // onnxruntime lets the last query see all keys then, as its loop ends before it.
    if (steps !== keys) throw new Unsupported('unidirectional, with other keys than queries');
    const all = c.emit('ConstantOfShape', [], { shape: [steps, keys], value: -huge })[0]!;
    scores = binary(c, 'Add', scores, c.emit('Trilu', [all], { upper: 1, k: 1 })[0]!);
  }
  const shares = c.emit('Softmax', [scores], { axis: -1 })[0]!;
  const mixed = c.emit('Transpose', [binary(c, 'MatMul', shares, v)], { perm: [0, 2, 1, 3] })[0]!;
  const wide = c.typeOf(v).shape[3]!;
  return c.finish('Reshape', [mixed], { shape: [rows, steps, mulDims(wide, heads)] });
}

/** One product for queries, keys and values. */
const self: Translate = c => {
  if (c.has(4) || c.has(6) || c.outputs.slice(1).some(Boolean))
    throw new Unsupported('keys and values of earlier steps');
  if (c.integer('do_rotary', 0) !== 0) throw new Unsupported('do_rotary');
  const sizes = c.integers('qkv_hidden_sizes');
  const width = c.type(1).shape[1];
  if (typeof width !== 'number') throw new NeedsSize('a weight of unknown size');
  const split = sizes?.length === 3 ? sizes : new Array<number>(3).fill(width / 3);
  let x = binary(c, 'MatMul', c.tensor(0), c.tensor(1));
  if (c.has(2)) x = binary(c, 'Add', x, c.tensor(2));
  const [query, key, value] = c.emit('Split', [x], { axis: 2, split }) as [string, string, string];
  return attend(c, { query, key, value, heads: c.integer('num_heads', 1), mask: 3, bias: 5 });
};

/** Of queries, keys and values that were computed before. */
const multiHead: Translate = c => {
  if (c.has(6) || c.has(7) || c.outputs.slice(1).some(Boolean))
    throw new Unsupported('keys and values of earlier steps');
  if (!c.has(1) || !c.has(2) || [0, 1, 2].some(i => rankOf(c, i) !== 3))
    throw new Unsupported('queries, keys and values in one');
  let parts = [0, 1, 2].map(i => c.tensor(i));
  if (c.has(3)) {
    const widths = parts.map(x => c.typeOf(x).shape[2]!);
    if (!widths.every(w => typeof w === 'number')) throw new NeedsSize('a width of unknown size');
    const biases = c.emit('Split', [c.tensor(3)], { axis: 0, split: widths });
    parts = parts.map((x, i) => binary(c, 'Add', x, biases[i]!));
  }
  const [query, key, value] = parts as [string, string, string];
  return attend(c, { query, key, value, heads: c.integer('num_heads', 1), mask: 4, bias: 5 });
};

/** The sum of embeddings of words, places and segments, normalised; how many words of each row are no padding. */
const embeddings: Translate = c => {
  const [rows, steps] = c.type(0).shape as [Dim, Dim];
  let sum = c.emit('Gather', [c.tensor(2), c.tensor(0)], { axis: 0 })[0]!;
  const places = c.has(8)
    ? c.tensor(8)
    : c.emit('Range', [], { start: 0, limit: steps, delta: 1, dtype: 'int64' })[0]!;
  sum = binary(c, 'Add', sum, c.emit('Gather', [c.tensor(3), places], { axis: 0 })[0]!);
  if (c.has(1) && c.has(4))
    sum = binary(c, 'Add', sum, c.emit('Gather', [c.tensor(4), c.tensor(1)], { axis: 0 })[0]!);
  if (c.outputs[0])
    c.emit(
      'LayerNormalization',
      [sum, c.tensor(5), optional(c, 6)],
      { axis: -1, epsilon: c.float('epsilon', 1e-12) },
      [c.outputs[0]],
    );
  if (c.outputs[1]) {
    const none = { shape: [rows], value: 0, dtype: 'int32' } as const;
    if (c.has(7)) c.emit('ReduceSum', [c.tensor(7)], { axes: [1], keepdims: 0 }, [c.outputs[1]]);
    else c.emit('ConstantOfShape', [], none, [c.outputs[1]]);
  }
  if (c.outputs[2]) c.emit('Identity', [sum], {}, [c.outputs[2]]);
  return undefined;
};

export const family: OperatorFamily = {
  domain: 'com.microsoft',
  translations: { Attention: self, EmbedLayerNormalization: embeddings, MultiHeadAttention: multiHead },
};
