/** What a loss is: one file in engine/losses/ that exports `loss`. */
import type { Attributes, Tensor, TensorType } from '../model/graph';

export interface LossDefinition {
  /** PyTorch's functional name, e.g. "cross_entropy". */
  name: string;
  /** How PyTorch spells it, e.g. ["nn.CrossEntropyLoss", "F.cross_entropy"]. */
  torch: readonly string[];
  title: string;
  summary: string;
  formula: string;
  /** TypeBox object schema of its options, with PyTorch's names and defaults. */
  options: unknown;
  /**
   * "classes": a whole number for each row of scores (axis 1). "numbers": a number for each output. "sequences": whole
   * numbers for each row, of another length than the output: [N, S], filled up with -1. "rows": a number for each row
   of several vectors, which are compared with each other.
   */
  target: 'classes' | 'numbers' | 'sequences' | 'rows';
  /** It compares the distances of numbers, wherever their zero is: they may be taken in other units. */
  ofDistances?: true;
  /** Emits the mean loss as a scalar. Throws ShapeError when the output and the target do not fit. */
  build(context: LossContext): string;
  /** Says what is wrong with the target's values, e.g. a class that does not exist. */
  check?(
    target: Tensor,
    output: readonly number[],
    options: Readonly<Record<string, unknown>>,
  ): string | undefined;
}

export interface LossContext {
  output: string;
  target: string;
  options: Readonly<Record<string, unknown>>;
  type(value: string): TensorType;
  emit(op: string, inputs: readonly string[], attributes?: Attributes): string[];
  /** A constant tensor. */
  constant(shape: readonly number[], values: readonly number[]): string;
}
