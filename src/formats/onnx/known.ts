/**
 * Values that are known before the model runs: constants, sizes, and what is computed from them. Sizes may be
 * symbols, so that a shape computed from an input with a symbolic batch stays symbolic.
 */
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

export type Fold = (c: FoldContext, inputs: readonly Known[]) => Known[] | undefined;

export const isFloat = (t: DType) => /^b?float/.test(t);
export const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

export function numeric(values: readonly Dim[]): values is readonly number[] {
  return values.every(v => typeof v === 'number');
}

export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

/** The cells of a tensor in order, by their indices. */
export function build(shape: readonly number[], at: (index: readonly number[]) => Dim): Dim[] | undefined {
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

export const flat = (index: readonly number[], strides: readonly number[]) =>
  index.reduce((sum, x, i) => sum + x * strides[i]!, 0);

export function make(
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
export function mapped(
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

export const axisAt = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

/** Axes that are an input, or an attribute in earlier versions. */
export function axesInput(c: FoldContext, i: number, name: string): number[] | undefined {
  const given = c.inputs[i];
  if (given) return numeric(given.values) ? [...given.values] : undefined;
  return c.integers(name);
}
