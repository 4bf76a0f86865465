/** What writers of ops are given, and what several of them need. */
import type { Attributes, Dim, DType, Node, TensorType } from '../../model/graph';

export interface WriteContext {
  node: Node;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Attributes;
  has(input: number): boolean;
  type(input: number): TensorType;
  outputType(output: number): TensorType;
  number(name: string, otherwise: number): number;
  /** An int64 tensor. */
  ints(values: readonly number[], scalar?: boolean): string;
  /** An int64 vector of sizes; computed from the inputs' shapes where they are symbols. */
  dims(values: readonly Dim[]): string;
  /** A scalar of a type. */
  scalar(value: Dim, dtype: DType): string;
  filled(value: number, shape: readonly Dim[]): string;
  cast(id: string, from: DType, to: DType): string;
  /** Emits a node with one output, made up where it is not given. */
  emit(op: string, inputs: readonly string[], attributes?: Attributes, outputs?: readonly string[]): string;
  /** The node's last step. */
  finish(op: string, inputs: readonly string[], attributes?: Attributes): undefined;
  /** There is no way to say it in ONNX. */
  refuse(why: string): never;
}

export type Write = (c: WriteContext) => undefined;

export const isFloat = (t: DType): boolean => /^b?float/.test(t);
export const rank = (c: WriteContext, i = 0): number => c.type(i).shape.length;

/** As it is, with these attributes and their values where they are absent. */
export const same =
  (defaults: Readonly<Record<string, number | string>> = {}): Write =>
  c => {
    const attributes: Record<string, number | string> = {};
    for (const [key, value] of Object.entries(defaults))
      attributes[key] = (c.attributes[key] as number | string | undefined) ?? value;
    return c.finish(c.node.op, c.inputs, attributes);
  };

export const float = (c: WriteContext, i = 0): string =>
  isFloat(c.type(i).dtype) ? c.inputs[i]! : c.cast(c.inputs[i]!, c.type(i).dtype, 'float32');

/** Arithmetic is not defined for booleans. */
export const arithmetic =
  (op: string): Write =>
  c => {
    const out = c.outputType(0).dtype;
    const to = out === 'bool' ? 'int64' : out;
    const y = c.emit(
      op,
      c.inputs.map((id, i) => c.cast(id, c.type(i).dtype, to)),
    );
    return out === to ? c.finish('Identity', [y]) : c.finish('Cast', [y], { to: out });
  };
