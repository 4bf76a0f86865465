/**
 * Values that are known before the model runs: constants, sizes, and what is computed from them. Sizes may be
 * symbols, so that a shape computed from an input with a symbolic batch stays symbolic.
 */
import { addDims, equalDims, floorDivDims, mulDims, subDims } from '../../model/dim';
import type { Dim, DType } from '../../model/graph';

export interface Known {
  dtype: DType;
  shape: readonly number[];
  values: readonly Dim[];
}

/** Larger tensors are computed by the engine. */
export const maxKnown = 16384;

/** What folding an op may read. */
export interface FoldContext {
  inputs: readonly (Known | undefined)[];
  integer(name: string, otherwise: number): number;
  integers(name: string): number[] | undefined;
  /** Number of outputs. */
  outputs: number;
  opset: number;
  /** The type that Cast goes to. */
  to?: DType | undefined;
  /** ConstantOfShape's value. */
  fill?: { dtype: DType; value: number } | undefined;
}

const isFloat = (t: DType) => /^b?float/.test(t);
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

function numeric(values: readonly Dim[]): values is readonly number[] {
  return values.every(v => typeof v === 'number');
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** The cells of a tensor in order, by their indices. */
function build(shape: readonly number[], at: (index: readonly number[]) => Dim): Dim[] | undefined {
  const size = sizeOf(shape);
  if (size > maxKnown) return undefined;
  const index = new Array<number>(shape.length).fill(0);
  const out: Dim[] = [];
  for (let i = 0; i < size; i++) {
    out.push(at(index));
    for (let a = shape.length - 1; a >= 0; a--) {
      if (++index[a]! < shape[a]!) break;
      index[a] = 0;
    }
  }
  return out;
}

const flat = (index: readonly number[], strides: readonly number[]) =>
  index.reduce((sum, x, i) => sum + x * strides[i]!, 0);

function make(
  dtype: DType,
  shape: readonly number[],
  values: readonly Dim[] | undefined,
): Known[] | undefined {
  return values && [{ dtype, shape, values: dtype === 'float32' ? values.map(rounded) : values }];
}

const rounded = (v: Dim): Dim => (typeof v === 'number' ? Math.fround(v) : v);

function broadcastShape(shapes: readonly (readonly number[])[]): number[] | undefined {
  const rank = Math.max(...shapes.map(s => s.length));
  const out = new Array<number>(rank).fill(1);
  for (const s of shapes) {
    for (let i = 0; i < s.length; i++) {
      const at = rank - s.length + i;
      if (s[i] === 1) continue;
      if (out[at] !== 1 && out[at] !== s[i]) return undefined;
      out[at] = s[i]!;
    }
  }
  return out;
}

/** Cell by cell over broadcast inputs; undefined as soon as one cell cannot be told. */
function mapped(
  inputs: readonly Known[],
  dtype: DType,
  f: (...cells: Dim[]) => Dim | undefined,
): Known[] | undefined {
  const shape = broadcastShape(inputs.map(x => x.shape));
  if (!shape) return undefined;
  const strides = inputs.map(x => {
    const own = stridesOf(x.shape);
    return shape.map((_, i) => {
      const j = i - (shape.length - x.shape.length);
      return j < 0 || x.shape[j] === 1 ? 0 : own[j]!;
    });
  });
  let told = true;
  const values = build(shape, index => {
    const cell = f(...inputs.map((x, i) => x.values[flat(index, strides[i]!)]!));
    if (cell === undefined) told = false;
    return cell ?? 0;
  });
  return told ? make(dtype, shape, values) : undefined;
}

type Fold = (c: FoldContext, inputs: readonly Known[]) => Known[] | undefined;

function arithmetic(
  onNumbers: (a: number, b: number, float: boolean) => number,
  onDims?: (a: Dim, b: Dim) => Dim | undefined,
): Fold {
  return (_, [first, ...rest]) => {
    let out: Known[] | undefined = first && [first];
    for (const next of rest) {
      const [a] = out ?? [];
      if (!a) return undefined;
      const float = isFloat(a.dtype);
      out = mapped([a, next], a.dtype, (x, y) => {
        if (typeof x === 'number' && typeof y === 'number') return onNumbers(x, y, float);
        return onDims?.(x, y);
      });
    }
    return out;
  };
}

/** Symbols stand for sizes, which are at least 1. */
function comparison(
  onNumbers: (a: number, b: number) => boolean,
  ofDifference?: (sign: number) => boolean,
): Fold {
  return (_, [a, b]) =>
    a &&
    b &&
    mapped([a, b], 'bool', (x, y) => {
      if (typeof x === 'number' && typeof y === 'number') return Number(onNumbers(x, y));
      if (!ofDifference) return undefined;
      const difference = subDims(x, y);
      if (typeof difference === 'number') return Number(ofDifference(difference));
      if (typeof x === 'number' && x < 1) return Number(ofDifference(-1));
      if (typeof y === 'number' && y < 1) return Number(ofDifference(1));
      return undefined;
    });
}

function unaryFold(f: (x: number) => number, symbolic?: (x: Dim) => Dim): Fold {
  return (_, [x]) => x && mapped([x], x.dtype, v => (typeof v === 'number' ? f(v) : symbolic?.(v)));
}

const axisAt = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

function axesInput(c: FoldContext, i: number, name: string): number[] | undefined {
  const given = c.inputs[i];
  if (given) return numeric(given.values) ? [...given.values] : undefined;
  return c.integers(name);
}

function reduction(f: (a: Dim, b: Dim) => Dim | undefined, start: number): Fold {
  return (c, [x]) => {
    if (!x) return undefined;
    const rank = x.shape.length;
    const given = axesInput(c, 1, 'axes');
    if (given === undefined && c.inputs[1]) return undefined;
    if ((given === undefined || given.length === 0) && c.integer('noop_with_empty_axes', 0) === 1) return [x];
    const axes = new Set((given?.length ? given : x.shape.map((_, i) => i)).map(a => axisAt(a, rank)));
    const keep = c.integer('keepdims', 1) === 1;
    const wide = x.shape.map((d, i) => (axes.has(i) ? 1 : d));
    const strides = stridesOf(wide);
    const totals = new Array<Dim | undefined>(sizeOf(wide)).fill(start);
    build(x.shape, index => {
      const at = flat(
        index.map((k, i) => (axes.has(i) ? 0 : k)),
        strides,
      );
      const v = x.values[flat(index, stridesOf(x.shape))]!;
      const t = totals[at];
      totals[at] = t === undefined ? undefined : f(t, v);
      return 0;
    });
    if (totals.some(t => t === undefined)) return undefined;
    return make(x.dtype, keep ? wide : x.shape.filter((_, i) => !axes.has(i)), totals as Dim[]);
  };
}

const folds: Readonly<Record<string, Fold>> = {
  Identity: (_, [x]) => x && [x],
  Add: arithmetic((a, b) => a + b, addDims),
  Sum: arithmetic((a, b) => a + b, addDims),
  Sub: arithmetic((a, b) => a - b, subDims),
  Mul: arithmetic((a, b) => a * b, mulDims),
  Div: arithmetic(
    (a, b, float) => (float ? a / b : Math.trunc(a / b)),
    (a, b) => (b === 0 ? undefined : floorDivDims(a, b)),
  ),
  Mod: arithmetic(
    (a, b) => a - b * Math.floor(a / b),
    (a, b) => (b === 0 ? undefined : subDims(a, mulDims(floorDivDims(a, b), b))),
  ),
  Pow: arithmetic((a, b) => a ** b),
  Max: arithmetic(
    (a, b) => Math.max(a, b),
    (a, b) =>
      equalDims(a, b)
        ? a
        : typeof b === 'number' && b <= 1
          ? a
          : typeof a === 'number' && a <= 1
            ? b
            : undefined,
  ),
  Min: arithmetic(
    (a, b) => Math.min(a, b),
    (a, b) => (equalDims(a, b) ? a : undefined),
  ),
  Equal: comparison(
    (a, b) => a === b,
    d => d === 0,
  ),
  Greater: comparison(
    (a, b) => a > b,
    d => d > 0,
  ),
  GreaterOrEqual: comparison(
    (a, b) => a >= b,
    d => d >= 0,
  ),
  Less: comparison(
    (a, b) => a < b,
    d => d < 0,
  ),
  LessOrEqual: comparison(
    (a, b) => a <= b,
    d => d <= 0,
  ),
  And: comparison((a, b) => a !== 0 && b !== 0),
  Or: comparison((a, b) => a !== 0 || b !== 0),
  Not: unaryFold(x => (x === 0 ? 1 : 0)),
  Neg: unaryFold(
    x => -x,
    x => mulDims(x, -1),
  ),
  Abs: unaryFold(Math.abs, x => x),
  Floor: unaryFold(Math.floor, x => x),
  Ceil: unaryFold(Math.ceil, x => x),
  Sqrt: unaryFold(Math.sqrt),
  Reciprocal: unaryFold(x => 1 / x),
  Cast: (c, [x]) => {
    if (!x || !c.to) return undefined;
    const to = c.to;
    const whole = !isFloat(to) && isFloat(x.dtype);
    return mapped([x], to, v =>
      typeof v !== 'number'
        ? to === 'bool'
          ? undefined
          : v
        : to === 'bool'
          ? Number(v !== 0)
          : whole
            ? Math.trunc(v)
            : v,
    );
  },
  Where: (_, [condition, a, b]) =>
    condition &&
    a &&
    b &&
    mapped([condition, a, b], a.dtype, (x, y, z) => (typeof x === 'number' ? (x !== 0 ? y : z) : undefined)),
  ConstantOfShape: (c, [shape]) => {
    if (!shape || !numeric(shape.values)) return undefined;
    const { dtype, value } = c.fill ?? { dtype: 'float32' as const, value: 0 };
    return make(
      dtype,
      shape.values,
      build(shape.values, () => value),
    );
  },
  Range: (_, [start, limit, delta]) => {
    const ends = [start?.values[0], limit?.values[0], delta?.values[0]];
    if (!start || !ends.every(x => typeof x === 'number')) return undefined;
    const [from, to, step] = ends as number[];
    const count = Math.max(0, Math.ceil((to! - from!) / step!));
    if (!Number.isFinite(count)) return undefined;
    return make(
      start.dtype,
      [count],
      build([count], ([i]) => from! + i! * step!),
    );
  },
  Concat: (c, inputs) => {
    const [first] = inputs;
    if (!first) return undefined;
    const axis = axisAt(c.integer('axis', 0), first.shape.length);
    if (first.shape[axis] === undefined) return undefined;
    const shape = [...first.shape];
    shape[axis] = inputs.reduce((sum, x) => sum + (x.shape[axis] ?? 0), 0);
    return make(
      first.dtype,
      shape,
      build(shape, index => {
        let k = index[axis]!;
        for (const x of inputs) {
          if (k < x.shape[axis]!)
            return x.values[
              flat(
                index.map((v, i) => (i === axis ? k : v)),
                stridesOf(x.shape),
              )
            ]!;
          k -= x.shape[axis]!;
        }
        return 0;
      }),
    );
  },
  Gather: (c, [x, indices]) => {
    if (!x || !indices || !numeric(indices.values)) return undefined;
    const axis = axisAt(c.integer('axis', 0), x.shape.length);
    const size = x.shape[axis];
    if (size === undefined || indices.values.some(i => i < -size || i >= size)) return undefined;
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    const own = stridesOf(x.shape);
    const its = stridesOf(indices.shape);
    return make(
      x.dtype,
      shape,
      build(shape, index => {
        const inner = index.slice(axis, axis + indices.shape.length);
        const k = axisAt(indices.values[flat(inner, its)] as number, size);
        return x.values[
          flat([...index.slice(0, axis), k, ...index.slice(axis + indices.shape.length)], own)
        ]!;
      }),
    );
  },
  Slice: (c, [x]) => {
    if (!x) return undefined;
    const starts = axesInput(c, 1, 'starts');
    const ends = axesInput(c, 2, 'ends');
    if (!starts || !ends || (c.inputs[3] && !axesInput(c, 3, 'axes'))) return undefined;
    const axes = axesInput(c, 3, 'axes') ?? starts.map((_, i) => i);
    const steps = c.inputs[4] ? axesInput(c, 4, 'steps') : starts.map(() => 1);
    if (!steps) return undefined;
    const shape = [...x.shape];
    const from = x.shape.map(() => 0);
    const by = x.shape.map(() => 1);
    for (const [i, given] of axes.entries()) {
      const axis = axisAt(given, x.shape.length);
      const size = x.shape[axis];
      const step = steps[i];
      if (size === undefined || !step) return undefined;
      const at = (v: number, low: number, high: number) =>
        Math.min(Math.max(v < 0 ? v + size : v, low), high);
      const start = step > 0 ? at(starts[i]!, 0, size) : at(starts[i]!, 0, size - 1);
      const end = step > 0 ? at(ends[i]!, 0, size) : at(ends[i]!, -1, size - 1);
      shape[axis] = Math.max(0, Math.ceil((end - start) / step));
      from[axis] = start;
      by[axis] = step;
    }
    const strides = stridesOf(x.shape);
    return make(
      x.dtype,
      shape,
      build(
        shape,
        index =>
          x.values[
            flat(
              index.map((k, i) => from[i]! + k * by[i]!),
              strides,
            )
          ]!,
      ),
    );
  },
  Squeeze: (c, [x]) => {
    if (!x) return undefined;
    const given = axesInput(c, 1, 'axes');
    if (given === undefined && c.inputs[1]) return undefined;
    const axes = given?.map(a => axisAt(a, x.shape.length));
    return make(
      x.dtype,
      x.shape.filter((d, i) => !(axes ? axes.includes(i) : d === 1)),
      x.values,
    );
  },
  Unsqueeze: (c, [x]) => {
    if (!x) return undefined;
    const given = axesInput(c, 1, 'axes');
    if (!given) return undefined;
    const shape = [...x.shape];
    const rank = shape.length + given.length;
    for (const a of given.map(v => axisAt(v, rank)).sort((p, q) => p - q)) shape.splice(a, 0, 1);
    return make(x.dtype, shape, x.values);
  },
  Reshape: (c, [x, to]) => {
    if (!x || !to || !numeric(to.values)) return undefined;
    const wanted = to.values.map((d, i) =>
      d === 0 && c.integer('allowzero', 0) === 0 ? (x.shape[i] ?? 0) : d,
    );
    const rest = sizeOf(x.shape) / sizeOf(wanted.filter(d => d !== -1));
    const shape = wanted.map(d => (d === -1 ? rest : d));
    return sizeOf(shape) === x.values.length && shape.every(d => Number.isInteger(d) && d >= 0)
      ? make(x.dtype, shape, x.values)
      : undefined;
  },
  Expand: (_, [x, to]) => {
    if (!x || !to || !numeric(to.values) || sizeOf(to.values) > maxKnown) return undefined;
    const like: Known = {
      dtype: x.dtype,
      shape: to.values,
      values: new Array<Dim>(sizeOf(to.values)).fill(0),
    };
    return mapped([x, like], x.dtype, v => v);
  },
  Transpose: (c, [x]) => {
    if (!x) return undefined;
    const perm = c.integers('perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i);
    if (perm.length !== x.shape.length || perm.some(p => x.shape[p] === undefined)) return undefined;
    const own = stridesOf(x.shape);
    const shape = perm.map(p => x.shape[p]!);
    return make(
      x.dtype,
      shape,
      build(shape, index => x.values[index.reduce((sum, k, i) => sum + k * own[perm[i]!]!, 0)]!),
    );
  },
  ReduceProd: reduction(mulDims, 1),
  ReduceSum: reduction(addDims, 0),
  ReduceMax: reduction(
    (a, b) => (typeof a === 'number' && typeof b === 'number' ? Math.max(a, b) : undefined),
    Number.NEGATIVE_INFINITY,
  ),
  ReduceMin: reduction(
    (a, b) => (typeof a === 'number' && typeof b === 'number' ? Math.min(a, b) : undefined),
    Number.POSITIVE_INFINITY,
  ),
};

/** The outputs of an op on known values; undefined where they are not known, or better left to the engine. */
export function fold(op: string, c: FoldContext): Known[] | undefined {
  const f = Object.hasOwn(folds, op) ? folds[op] : undefined;
  if (!f) return undefined;
  const given = c.inputs.filter(x => x !== undefined);
  const out = f(c, given.length === c.inputs.length ? given : (c.inputs as Known[]));
  return out?.every(k => k.values.length <= maxKnown && k.values.length === sizeOf(k.shape))
    ? out
    : undefined;
}
