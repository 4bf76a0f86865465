/**
 * What a constructor computes with tensors while it runs: positional encodings, masks, schedules of dropout rates.
 * Plain arrays, row-major, rounded to the type after each op as PyTorch does; the engine is not needed to read a file.
 */
import type { Attributes, Initializer, TensorType } from '../../model/graph';
import { broadcastIndex, count, fill, gather, type Index, stridesOf } from './strides';

export interface Constant {
  data: Float64Array;
  shape: readonly number[];
}

interface NodeLike {
  op: string;
  attributes: Attributes;
}

const unary: Record<string, (x: number) => number> = {
  Neg: x => -x,
  Abs: Math.abs,
  Exp: Math.exp,
  Log: Math.log,
  Sqrt: Math.sqrt,
  Reciprocal: x => 1 / x,
  Sin: Math.sin,
  Cos: Math.cos,
  Tan: Math.tan,
  Asin: Math.asin,
  Acos: Math.acos,
  Atan: Math.atan,
  Sinh: Math.sinh,
  Cosh: Math.cosh,
  Tanh: Math.tanh,
  Sigmoid: x => 1 / (1 + Math.exp(-x)),
  Relu: x => Math.max(x, 0),
  Floor: Math.floor,
  Ceil: Math.ceil,
  Round: x => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x)),
  Sign: Math.sign,
  Not: x => (x ? 0 : 1),
  Identity: x => x,
  Cast: x => x,
};

const binary: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Pow: (a, b) => a ** b,
  Mod: (a, b) => a - b * Math.floor(a / b),
  Max: Math.max,
  Min: Math.min,
  Equal: (a, b) => +(a === b),
  NotEqual: (a, b) => +(a !== b),
  Greater: (a, b) => +(a > b),
  GreaterOrEqual: (a, b) => +(a >= b),
  Less: (a, b) => +(a < b),
  LessOrEqual: (a, b) => +(a <= b),
  And: (a, b) => +(a !== 0 && b !== 0),
  Or: (a, b) => +(a !== 0 || b !== 0),
  Xor: (a, b) => +((a !== 0) !== (b !== 0)),
};

const reductions: Record<string, { start: number; step: (a: number, x: number) => number; mean?: boolean }> =
  {
    ReduceSum: { start: 0, step: (a, x) => a + x },
    ReduceMean: { start: 0, step: (a, x) => a + x, mean: true },
    ReduceProd: { start: 1, step: (a, x) => a * x },
    ReduceMax: { start: Number.NEGATIVE_INFINITY, step: Math.max },
    ReduceMin: { start: Number.POSITIVE_INFINITY, step: Math.min },
  };

/** Ops that keep the order of the elements. */
const reshaping = new Set(['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze']);

/** The values of a node's outputs from those of its inputs; undefined for an op that is not computed here. */
export function evaluateNode(
  node: NodeLike,
  inputs: readonly (Constant | undefined)[],
  outputs: readonly TensorType[],
): Float64Array[] | undefined {
  const out = outputs[0]!;
  if (!out.shape.every(d => typeof d === 'number')) return undefined;
  const shape = out.shape as readonly number[];
  const data = evaluate(node, inputs, shape, outputs);
  if (!data) return undefined;
  return data.map((d, i) => rounded(d, outputs[i]!.dtype));
}

function evaluate(
  { op, attributes }: NodeLike,
  inputs: readonly (Constant | undefined)[],
  shape: readonly number[],
  outputs: readonly TensorType[],
): Float64Array[] | undefined {
  const [a, b, c] = inputs;
  const size = count(shape);
  if (a && unary[op]) return [a.data.map(unary[op])];
  if (a && b && binary[op] && inputs.length === 2) {
    const f = binary[op];
    const at = broadcastIndex(a.shape, shape);
    const bt = broadcastIndex(b.shape, shape);
    const integer = op === 'Div' && outputs[0]!.dtype.includes('int');
    return [
      fill(size, i => {
        const y = f(a.data[at(i)]!, b.data[bt(i)]!);
        return integer ? Math.trunc(y) : y;
      }),
    ];
  }
  if (a && reshaping.has(op)) return [a.data];
  if (a && reductions[op]) return [reduce(a, attributes, shape, reductions[op])];
  switch (op) {
    case 'Where': {
      if (!a || !b || !c) return undefined;
      const [i0, i1, i2] = [a, b, c].map(x => broadcastIndex(x.shape, shape)) as [Index, Index, Index];
      return [fill(size, i => (a.data[i0(i)] ? b.data[i1(i)]! : c.data[i2(i)]!))];
    }
    case 'Expand': {
      if (!a) return undefined;
      const at = broadcastIndex(a.shape, shape);
      return [fill(size, i => a.data[at(i)]!)];
    }
    case 'Range': {
      const { start, delta } = attributes;
      if (typeof start !== 'number' || typeof delta !== 'number') return undefined;
      return [fill(size, i => start + i * delta)];
    }
    case 'ConstantOfShape': {
      const value = attributes['value'] ?? 0;
      // A size that is not known until the model runs is no constant.
      return typeof value === 'number' ? [new Float64Array(size).fill(value)] : undefined;
    }
    case 'Trilu': {
      if (!a) return undefined;
      const k = Number(attributes['k'] ?? 0);
      const upper = attributes['upper'] !== 0 && attributes['upper'] !== false;
      const [rows, columns] = shape.slice(-2) as [number, number];
      return [
        a.data.map((x, i) => {
          const column = i % columns;
          const row = Math.floor(i / columns) % rows;
          return (upper ? column - row >= k : column - row <= k) ? x : 0;
        }),
      ];
    }
    case 'Transpose': {
      if (!a) return undefined;
      const rank = a.shape.length;
      const perm = (attributes['perm'] as readonly number[] | undefined) ?? [...a.shape.keys()].reverse();
      const strides = stridesOf(a.shape);
      return [
        gather(
          a.data,
          shape,
          Array.from({ length: rank }, (_, i) => strides[perm[i]!]!),
        ),
      ];
    }
    case 'Slice': {
      if (!a) return undefined;
      const { starts, axes, steps } = attributes as Record<string, readonly number[] | undefined>;
      const strides = stridesOf(a.shape);
      let offset = 0;
      const by = [...strides];
      (starts ?? []).forEach((start, i) => {
        const raw = axes?.[i] ?? i;
        const axis = raw < 0 ? raw + a.shape.length : raw;
        const step = steps?.[i] ?? 1;
        const length = a.shape[axis]!;
        const first = start < 0 ? start + length : start;
        offset += Math.max(0, Math.min(first, step < 0 ? length - 1 : length)) * strides[axis]!;
        by[axis] = strides[axis]! * step;
      });
      return [gather(a.data, shape, by, offset)];
    }
    case 'Concat': {
      const parts = inputs.filter(x => x !== undefined);
      if (parts.length !== inputs.length) return undefined;
      const raw = Number(attributes['axis'] ?? 0);
      const axis = raw < 0 ? raw + shape.length : raw;
      const inner = count(shape.slice(axis + 1));
      const outer = count(shape.slice(0, axis));
      const result = new Float64Array(size);
      let at = 0;
      for (let o = 0; o < outer; o++) {
        for (const p of parts) {
          const run = p.shape[axis]! * inner;
          result.set(p.data.subarray(o * run, (o + 1) * run), at);
          at += run;
        }
      }
      return [result];
    }
    case 'Gather': {
      if (!a || !b) return undefined;
      const raw = Number(attributes['axis'] ?? 0);
      const axis = raw < 0 ? raw + a.shape.length : raw;
      const inner = count(a.shape.slice(axis + 1));
      const length = a.shape[axis]!;
      const picks = b.data.length;
      return [
        fill(size, i => {
          const within = i % inner;
          const pick = Math.floor(i / inner) % picks;
          const outer = Math.floor(i / inner / picks);
          const index = b.data[pick]!;
          return a.data[(outer * length + (index < 0 ? index + length : index)) * inner + within]!;
        }),
      ];
    }
    case 'Split': {
      if (!a) return undefined;
      const raw = Number(attributes['axis'] ?? 0);
      const axis = raw < 0 ? raw + a.shape.length : raw;
      const strides = stridesOf(a.shape);
      let at = 0;
      return outputs.map(o => {
        const part = o.shape as readonly number[];
        const data = gather(a.data, part, strides, at * strides[axis]!);
        at += part[axis]!;
        return data;
      });
    }
    case 'Pad': {
      if (!a || (attributes['mode'] ?? 'constant') !== 'constant') return undefined;
      const pads = attributes['pads'] as readonly number[];
      const strides = stridesOf(shape);
      const from = stridesOf(a.shape);
      const result = new Float64Array(size).fill(Number(attributes['value'] ?? 0));
      a.data.forEach((x, i) => {
        let to = 0;
        for (const [d, length] of a.shape.entries()) {
          const at = (Math.floor(i / from[d]!) % length) + pads[d]!;
          if (at < 0 || at >= shape[d]!) return;
          to += at * strides[d]!;
        }
        result[to] = x;
      });
      return [result];
    }
    case 'Clip': {
      if (!a) return undefined;
      const low = Number(attributes['min'] ?? Number.NEGATIVE_INFINITY);
      const high = Number(attributes['max'] ?? Number.POSITIVE_INFINITY);
      return [a.data.map(x => Math.max(low, Math.min(high, x)))];
    }
    case 'CumSum': {
      if (!a) return undefined;
      const raw = Number(attributes['axis'] ?? 0);
      const axis = raw < 0 ? raw + shape.length : raw;
      const inner = count(shape.slice(axis + 1));
      const length = shape[axis]!;
      const result = Float64Array.from(a.data);
      for (let i = 0; i < size; i++)
        if (Math.floor(i / inner) % length > 0) result[i] = result[i]! + result[i - inner]!;
      return [result];
    }
    case 'MatMul':
      return a && b && a.shape.length > 1 && b.shape.length > 1 ? product(a, b, shape) : undefined;
    default:
      return undefined;
  }
}

/** A product takes no longer than so many multiplications. */
const mostMultiplied = 50_000_000;

/** Matrix products, one for each place in the batch. */
function product(a: Constant, b: Constant, shape: readonly number[]): Float64Array[] | undefined {
  const [rows, columns] = shape.slice(-2) as [number, number];
  const inner = a.shape.at(-1)!;
  const batch = shape.slice(0, -2);
  if (count(shape) * inner > mostMultiplied) return undefined;
  const at = broadcastIndex(a.shape.slice(0, -2), batch);
  const bt = broadcastIndex(b.shape.slice(0, -2), batch);
  return [
    fill(count(shape), i => {
      const z = Math.floor(i / (rows * columns));
      const from = at(z) * rows * inner + (Math.floor(i / columns) % rows) * inner;
      const to = bt(z) * inner * columns + (i % columns);
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a.data[from + k]! * b.data[to + k * columns]!;
      return sum;
    }),
  ];
}

/**
 * A copy of a tensor with a strided part of it replaced: `x[starts:…:steps] = value`.
 * @param extent how many elements along each dimension are replaced.
 */
export function assign(
  target: Constant,
  starts: readonly number[],
  steps: readonly number[],
  extent: readonly number[],
  value: Constant,
): Float64Array {
  const out = Float64Array.from(target.data);
  const strides = stridesOf(target.shape);
  const from = broadcastIndex(value.shape, extent);
  const size = count(extent);
  const inner = stridesOf(extent);
  for (let i = 0; i < size; i++) {
    let at = 0;
    let rest = i;
    for (let d = 0; d < extent.length; d++) {
      const index = Math.floor(rest / inner[d]!);
      rest -= index * inner[d]!;
      at += (starts[d]! + index * steps[d]!) * strides[d]!;
    }
    out[at] = value.data[from(i)]!;
  }
  return out;
}

/** Above so many, numbers stay as they are computed: they travel between threads and processes as one piece of memory. */
const mostListed = 64;

/** The initializer that states these numbers. */
export function stated(data: Float64Array): Initializer {
  return { kind: 'values', values: data.length > mostListed ? data.map(finite) : Array.from(data, finite) };
}

/** Infinity does not survive JSON; the largest float32 does the same to a softmax or a maximum. */
export function finite(x: number): number {
  return Math.max(-3.4028234663852886e38, Math.min(3.4028234663852886e38, x));
}

function reduce(
  a: Constant,
  attributes: Attributes,
  shape: readonly number[],
  { start, step, mean }: { start: number; step: (a: number, x: number) => number; mean?: boolean },
): Float64Array {
  const rank = a.shape.length;
  const given = attributes['axes'] as readonly number[] | undefined;
  const axes = new Set(given?.length ? given.map(x => (x < 0 ? x + rank : x)) : a.shape.keys());
  const kept = a.shape.map((d, i) => (axes.has(i) ? 1 : d));
  const at = broadcastIndex(kept, a.shape);
  const out = new Float64Array(count(shape)).fill(start);
  a.data.forEach((x, i) => {
    const to = at(i);
    out[to] = step(out[to]!, x);
  });
  const n = a.data.length / Math.max(1, out.length);
  return mean ? out.map(x => x / n) : out;
}

function rounded(data: Float64Array, dtype: TensorType['dtype']): Float64Array {
  switch (dtype) {
    case 'float64':
      return data;
    case 'bool':
      return data.map(x => (x ? 1 : 0));
    case 'int64':
    case 'int32':
    case 'int8':
    case 'uint8':
      return data.map(Math.trunc);
    default:
      return data.map(Math.fround);
  }
}
