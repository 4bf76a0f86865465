/**
 * What an op is: everything there is to know of one ONNX operator, in one file of engine/ops/.
 *
 * A definition is pure data and functions over shapes and kernel sources; it imports nothing that computes. The
 * readers use `infer`, the editor `formula`, `summary` and `flops`, autodiff `gradient`, and the backends `lower`.
 *
 * To add an op, add a file `engine/ops/name.ts` that exports `op`; that registers it. Files there that start with
 * "_" are helpers:
 * - `_elementwise.ts`: `unary` and `binary` make whole definitions from an expression and its derivative.
 * - `_map.ts`: a kernel from an expression over broadcast inputs; the internal op `Map` does the same in a gradient:
 *   `g.emit('Map', [dy, x], { expression: 'a * (b > 0 ? 1 : 0)' })` (inputs are called a, b, c, …).
 * - `_reduce.ts`: sums, maxima and the like over any axes; `SumTo` undoes broadcasting in a gradient.
 * - `_launch.ts`: from a cell of the output to its indices, and `kernelSource`, the dialect of kernels.
 * - `_infer.ts`: axes, broadcasting and windows with symbolic sizes and PyTorch's error sentences.
 *
 * Kernels are gpu.js sources over flat arrays. gpu.js keeps a variable that is set from an integer expression in
 * float32, which is slow and wrong above 2^24: declare indices as `int i = …` (see `kernelSource`), which stay i32
 * on every backend. Sizes are written into the source as literals. A kernel may read anything but its output, except
 * that an `elementwise` one may be given the memory of an input for its output.
 *
 * An op that is a composition of others, or differs while training (Dropout, BatchNormalization), has an `expand`.
 */
import type { Attributes, Dim, Node, TensorType } from '../model/graph';
import type { Fused } from './compile/fuse';

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
  /**
   * Why PyTorch refuses inputs that ONNX computes (the maximum of nothing), in its words; asked for nodes of models that
   * are not ONNX's.
   */
  refuses?(inputs: readonly (TensorType | undefined)[], attributes: Attributes): string | undefined;
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
  /**
   * What stands in its place when the graph is compiled: emits simpler nodes, whose gradients are known, and returns
   * the ids of the outputs; null leaves the node as it is. Ops that differ while training decide it here.
   */
  expand?(e: ExpansionContext): string[] | null;
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

/**
 * Other rules in the place of ops' gradients, for explanations that send something else backwards: relevance (LRP),
 * multipliers (DeepLIFT), or a gradient that ReLUs treat otherwise (guided backpropagation).
 */
export interface GradientRules {
  /** Names the rules with their parameters: rules of the same name do the same. */
  name: string;
  /**
   * The rule for a node, or undefined for the op's own gradient. What an op is composed of keeps the model's node as
   * its origin.
   */
  ruleFor(node: { op: string; origin?: Node }): GradientRule | undefined;
}

/**
 * Like an op's `gradient`; `own` is that of the op itself (undefined where it has none), for rules that call it in
 * another context.
 */
export type GradientRule = (g: GradientContext, own: OpDefinition['gradient']) => (string | null)[];

export interface ExpansionContext {
  training: boolean;
  inputs: readonly string[];
  attributes: Attributes;
  type(value: string): TensorType;
  emit(op: string, inputs: readonly string[], attributes?: Attributes): string[];
  scalar(value: number): string;
  /** A tensor that is drawn anew for each step: `value` with the probability `keep`, else 0. */
  bernoulli(shape: readonly Dim[], keep: number, value: number): string;
  /** Drawn anew for each step, from a normal distribution. */
  normal(shape: readonly Dim[], mean: number, std: number): string;
  /** Drawn anew for each step, evenly from [low, high). */
  uniform(shape: readonly Dim[], low: number, high: number): string;
  /** Numbers that are known when the graph is compiled. */
  constant(shape: readonly number[], values: ArrayLike<number>): string;
  /** The buffer of the module (an input) gets this value at the end of the step. */
  update(buffer: string, value: string): void;
}

export interface LoweringContext {
  inputs: readonly (Concrete | undefined)[];
  outputs: readonly Concrete[];
  /** Types of the inputs. */
  types: readonly (TensorType | undefined)[];
  attributes: Attributes;
  /**
   * The executor has the hand-written kernels: where one of them does what takes several portable kernels, it may be
   * emitted alone, with the last of their sources.
   */
  fast: boolean;
  /** Scratch memory for the time of this op. */
  scratch(shape: readonly number[]): Concrete;
  kernel(call: KernelCall): void;
  /**
   * Has a run refuse values of an input, which are places along an axis, that lie outside `range`; before anything that
   * stays is changed. Only for what the model itself reads by.
   */
  guard(input: number, range: IndexRange): void;
  /** The output is the same memory as the input under another shape (Reshape, Flatten, Identity). */
  alias(output: number, input: number): void;
}

/** Whole numbers from `from` up to, but without, `below`. */
export interface IndexRange {
  from: number;
  below: number;
  /** What is wrong with another number, in PyTorch's words. */
  refusal(found: number): string;
}

/** A buffer with a known shape. Buffers are flat and row-major; integers and booleans are stored as float32. */
export interface Concrete {
  buffer: string;
  shape: readonly number[];
}

/** One launch of a gpu.js kernel over flat buffers: each cell of the output is computed independently. */
export interface KernelCall {
  /** For profiles and messages, e.g. "Conv". */
  name: string;
  /** gpu.js kernel source over flat arrays: `function (a, b) { … this.thread.x … }`; see `kernelSource`. */
  source: string;
  inputs: readonly Concrete[];
  output: Concrete;
  /**
   * Sizes of the launch, x (fastest) first; their product is the size of the output, whose cell
   * x + X * (y + Y * z) the thread (x, y, z) computes. [size] if absent.
   */
  grid?: readonly number[];
  /** A cell reads no other cell of any input that has the output's size, so the output may take its memory. */
  elementwise?: boolean;
  /** The same computation as a hand-written kernel, for executors that have it: its name and parameters. */
  fast?: FastKernel;
  /** What an elementwise kernel computes from cells of its inputs, broadcast to the output: these may be joined. */
  cells?: Cells;
  /** Several elementwise kernels in one (compile/fuse.ts). */
  fused?: Fused;
  /** Written besides `output`: by joined kernels, and by hand-written ones (`source` is not used then). */
  also?: readonly Concrete[];
  /** Ids of the model's nodes that it computes, or the gradients of: set by who lowers, for measurements. */
  nodes?: readonly string[];
  /** It reads one resident that a run leaves as it is, and so runs when that is written instead of in each run. */
  once?: boolean;
  /**
   * The output is two cells, of which the first is 0 if all is well. Otherwise the run ends here, before what follows,
   * with this error of the second.
   */
  guard?: (found: number) => Error;
}

/**
 * An expression in the inputs' cells a, b, c, … and what comes before it. Of Math's functions it may use all, and
 * `erf`, which `Math` lacks.
 */
export interface Cells {
  expression: string;
  statements: string;
}

/** A hand-written kernel of engine/wasm; `params` are the arguments that are no addresses, by name. */
export interface FastKernel {
  name: string;
  params: Readonly<Record<string, number>>;
}
