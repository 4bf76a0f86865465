/** How calls, operators and reductions over an op's inputs are spelt in Python. */
import type { Dim, DType, Node, Shape, TensorType } from '../../../model/graph';

export interface PythonContext {
  node: Node;
  /** Python expressions of the inputs; "" where one is left out. */
  inputs: readonly string[];
  has(input: number): boolean;
  /** The input, or its number where it is a constant scalar and the other input is none. */
  plain(input: number): string;
  type(input: number): TensorType;
  outputType(output: number): TensorType;
  outputs: number;
  number(name: string, otherwise: number): number;
  text(name: string, otherwise: string): string;
  ints(name: string): readonly number[] | undefined;
  dims(name: string): readonly Dim[] | undefined;
  refuse(why: string): never;
}

/** An expression; of a tuple where the op has several outputs. */
export type Expression = (c: PythonContext) => string;

export const torchTypes: Readonly<Record<DType, string>> = {
  float32: 'torch.float32',
  float64: 'torch.float32',
  float16: 'torch.float32',
  bfloat16: 'torch.float32',
  int64: 'torch.int64',
  int32: 'torch.int32',
  int8: 'torch.int8',
  uint8: 'torch.uint8',
  bool: 'torch.bool',
};

export const isFloat = (t: DType): boolean => /^b?float/.test(t);
export const rank = (c: PythonContext, i = 0): number => c.type(i).shape.length;
/** (2, N); with the comma that a tuple of one needs. */
export const tuple = (of: Shape): string => `(${of.join(', ')}${of.length === 1 ? ',' : ''})`;

export const call =
  (f: string): Expression =>
  c =>
    `${f}(${c.inputs.filter(x => x !== '').join(', ')})`;
/** Functions that are not defined for integers. */
export const real =
  (f: string): Expression =>
  c =>
    `${f}(${float(c)})`;
export const infix =
  (op: string): Expression =>
  c =>
    `${c.plain(0)} ${op} ${c.plain(1)}`;
export const float = (c: PythonContext, i = 0): string =>
  isFloat(c.type(i).dtype) ? c.inputs[i]! : `${c.inputs[i]}.float()`;
export const long = (c: PythonContext, i: number): string =>
  c.type(i).dtype === 'int64' ? c.inputs[i]! : `${c.inputs[i]}.long()`;
export const boolean = (c: PythonContext, i: number): string =>
  c.type(i).dtype === 'bool' ? c.inputs[i]! : `${c.inputs[i]}.bool()`;

export const reduce =
  (f: string, options: { real?: boolean; several?: boolean; extra?: string } = {}): Expression =>
  c => {
    const axes = c.ints('axes');
    const all = axes?.length ? [...axes] : Array.from({ length: rank(c) }, (_, i) => i);
    const x = options.real ? float(c) : c.inputs[0]!;
    const keep = c.number('keepdims', 1) ? 'True' : 'False';
    if (all.length === 0) return x;
    if (options.several !== false)
      return `${f}(${x}, dim=${tuple(all)}, keepdim=${keep}${options.extra ?? ''})`;
    // One axis at a time, from the last, so that the others stay where they are.
    const n = rank(c);
    return all
      .map(a => (a < 0 ? a + n : a))
      .sort((a, b) => b - a)
      .reduce((y, a) => `${f}(${y}, dim=${a}, keepdim=${keep}${options.extra ?? ''})`, x);
  };

export const argument =
  (f: string): Expression =>
  c =>
    `${f}(${c.inputs[0]}, dim=${c.number('axis', 0)}, keepdim=${c.number('keepdims', 1) ? 'True' : 'False'})`;

export function pythonNumber(x: number): string {
  if (Number.isNaN(x)) return 'float("nan")';
  if (!Number.isFinite(x)) return x > 0 ? 'float("inf")' : 'float("-inf")';
  return String(x);
}
