/**
 * What an op is: everything there is to know of one ONNX operator, in one file of engine/ops/.
 *
 * A definition is pure data and functions over shapes and kernel sources; it imports nothing that computes. The
 * readers use `infer`, the editor `formula`, `summary` and `flops`, autodiff `gradient`, and the backends `lower`.
 */
import type { Attributes, Dim, TensorType } from '../model/graph';

export interface OpDefinition {
  /** ONNX operator name. Ops that ONNX lacks (mostly gradients) are named in the same style and marked `internal`. */
  name: string;
  internal?: boolean;
  /** One line: what it computes. */
  summary: string;
  /** For the hover, in LaTeX-free text, e.g. "y = x Wᵀ + b". */
  formula?: string;
  /** How PyTorch spells it, e.g. ["nn.Linear", "F.linear"]. */
  torch?: readonly string[];
  /**
   * Output types from input types, symbolic sizes included. Throws ShapeError with PyTorch's wording when they do
   * not fit. An input that is left out is undefined. Inputs whose values are needed (Reshape's target, …) are
   * attributes in our graph, never tensors.
   */
  infer(inputs: readonly (TensorType | undefined)[], attributes: Attributes): TensorType[];
  /** Multiply-adds count as two. Sizes may be symbolic. Elementwise ops count one per output element. */
  flops?(
    inputs: readonly (TensorType | undefined)[],
    outputs: readonly TensorType[],
    attributes: Attributes,
  ): Dim;
  /**
   * The gradient as graph: emits nodes that compute dL/dinput from dL/doutput, one id per input, null where there
   * is none. Called only when some output has a gradient; missing ones are given as null.
   */
  gradient?(g: GradientContext): (string | null)[];
  /** Emits the kernels that compute the outputs. All sizes are numbers here. */
  lower?(l: LoweringContext): void;
}

/** Sizes do not fit. `message` is PyTorch's own sentence where PyTorch has one; `fix` names the argument to change. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';

  constructor(
    message: string,
    /** The constructor argument to set, e.g. { argument: 'in_features', found: 400, expected: 576 }. */
    readonly fix?: { argument: string; found: Dim; expected: Dim },
  ) {
    super(message);
  }
}

export interface GradientContext {
  inputs: readonly string[];
  outputs: readonly string[];
  /** dL/doutput per output. */
  outputGradients: readonly (string | null)[];
  attributes: Attributes;
  type(value: string): TensorType;
  /** True where the gradient of an input is wanted; others may be null without being computed. */
  wants(input: number): boolean;
  /** Adds a node and returns its outputs' ids. */
  emit(op: string, inputs: readonly string[], attributes?: Attributes): string[];
  /** A scalar constant as a value. */
  scalar(value: number): string;
}

export interface LoweringContext {
  inputs: readonly (Concrete | undefined)[];
  outputs: readonly Concrete[];
  attributes: Attributes;
  /** Scratch memory for the time of this op. */
  scratch(shape: readonly number[]): Concrete;
  kernel(call: KernelCall): void;
  /** The output is the same memory as the input under another shape (Reshape, Flatten, Identity). */
  alias(output: number, input: number): void;
}

/** A buffer with a known shape. Buffers are flat and row-major; integers and booleans are stored as float32. */
export interface Concrete {
  buffer: string;
  shape: readonly number[];
}

/** One launch of a gpu.js kernel over flat buffers: `output` has `size` cells, computed independently. */
export interface KernelCall {
  /** For profiles and messages, e.g. "Conv". */
  name: string;
  /** gpu.js kernel source: `function (a, b) { … this.thread.x … this.constants.n … }`. */
  source: string;
  inputs: readonly Concrete[];
  output: Concrete;
  constants?: Readonly<Record<string, number>>;
}
