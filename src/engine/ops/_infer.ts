/** Shape rules that many ops share, with symbolic sizes and PyTorch's sentences. */
import { addDims, equalDims, floorDivDims, mulDims, productOf, subDims } from '../../model/dim';
import type { Attributes, Dim, DType, Shape, TensorType } from '../../model/graph';
import { ShapeError } from '../op';

type Inputs = readonly (TensorType | undefined)[];

/** An input that must be there. */
export function input(inputs: Inputs, i: number, op: string): TensorType {
  const t = inputs[i];
  if (!t) throw new ShapeError(`${op} needs ${i + 1} input${i === 0 ? '' : 's'}, but got ${inputs.length}`);
  return t;
}

export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

const floating = new Set<DType>(['float32', 'float64', 'float16', 'bfloat16']);

export function isFloat(dtype: DType): boolean {
  return floating.has(dtype);
}

/** PyTorch's type promotion among the types that we have. */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  const order: readonly DType[] = [
    'bool',
    'uint8',
    'int8',
    'int32',
    'int64',
    'float16',
    'bfloat16',
    'float32',
    'float64',
  ];
  const [low, high] = order.indexOf(a) < order.indexOf(b) ? [a, b] : [b, a];
  return low === 'float16' && high === 'bfloat16' ? 'float32' : high;
}

/** An axis from -rank … rank-1 as 0 … rank-1; PyTorch's sentence when it lies outside. */
export function axisOf(axis: number, rank: number): number {
  const bound = Math.max(rank, 1);
  if (!Number.isInteger(axis) || axis < -bound || axis >= bound)
    throw new ShapeError(
      `Dimension out of range (expected to be in range of [${-bound}, ${bound - 1}], but got ${axis})`,
    );
  return axis < 0 ? axis + bound : axis;
}

/** Sorted axes without repetition; all of them when absent. */
export function axesOf(attribute: unknown, rank: number): number[] {
  if (attribute === undefined || attribute === null) return Array.from({ length: rank }, (_, i) => i);
  const given = Array.isArray(attribute) ? (attribute as number[]) : [attribute as number];
  return [...new Set(given.map(a => axisOf(a, rank)))].sort((a, b) => a - b);
}

/** The shape that two shapes broadcast to (NumPy's rules). A symbol stands beside a number: the number wins. */
export function broadcast(a: Shape, b: Shape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x === 1) return y;
    if (y === 1 || equalDims(x, y)) return x;
    // H beside H-2 fits for one H alone, by accident.
    if (differ(x, y))
      throw new ShapeError(
        `The size of tensor a (${x}) must match the size of tensor b (${y}) at non-singleton dimension ${i}`,
      );
    return typeof x === 'number' ? x : y;
  });
}

export function broadcastAll(shapes: readonly Shape[]): Dim[] {
  return shapes.reduce<Dim[]>((all, s) => broadcast(all, s), []);
}

/** True when the sizes cannot be equal: two different numbers. Symbols get the benefit of the doubt. */
export function differ(a: Dim, b: Dim): boolean {
  const d = subDims(a, b);
  return typeof d === 'number' && d !== 0;
}

export function numbers(attributes: Attributes, name: string): readonly number[] | undefined {
  const value = attributes[name];
  return Array.isArray(value) ? (value as readonly number[]) : undefined;
}

export function number(attributes: Attributes, name: string, otherwise: number): number {
  const value = attributes[name];
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : otherwise;
}

export function text(attributes: Attributes, name: string, otherwise: string): string {
  const value = attributes[name];
  return typeof value === 'string' ? value : otherwise;
}

export function flag(attributes: Attributes, name: string, otherwise = false): boolean {
  const value = attributes[name];
  return value === undefined ? otherwise : value === true || value === 1;
}

/** A sliding window along each spatial axis, as convolutions and pools have it. */
export interface Window {
  kernel: readonly number[];
  strides: readonly number[];
  /** Before each axis, then after each axis, as in ONNX. */
  pads: readonly number[];
  dilations: readonly number[];
  ceil: boolean;
}

export function windowOf(attributes: Attributes, kernel: readonly number[]): Window {
  const n = kernel.length;
  return {
    kernel,
    strides: numbers(attributes, 'strides') ?? new Array<number>(n).fill(1),
    pads: numbers(attributes, 'pads') ?? new Array<number>(2 * n).fill(0),
    dilations: numbers(attributes, 'dilations') ?? new Array<number>(n).fill(1),
    ceil: flag(attributes, 'ceil_mode'),
  };
}

/**
 * Sizes after a window has slid over `spatial`: floor((in + pads - dilation (kernel - 1) - 1) / stride) + 1. With
 * `ceil`, a window more if it starts inside the input or its left padding (PyTorch's rule).
 */
export function slide(spatial: Shape, w: Window): Dim[] {
  const n = w.kernel.length;
  return spatial.map((size, i) => {
    const reach = w.dilations[i]! * (w.kernel[i]! - 1) + 1;
    const span = subDims(addDims(size, w.pads[i]! + w.pads[i + n]!), reach);
    const stride = w.strides[i]!;
    if (!w.ceil) return addDims(floorDivDims(span, stride), 1);
    const out = addDims(floorDivDims(addDims(span, stride - 1), stride), 1);
    if (typeof out === 'number' && typeof size === 'number' && (out - 1) * stride >= size + w.pads[i]!)
      return out - 1;
    return out;
  });
}

/** The number of elements, for FLOPs. */
export function elements(t: TensorType | undefined): Dim {
  return t ? productOf(t.shape) : 0;
}

export { addDims, equalDims, floorDivDims, mulDims, productOf, subDims };
