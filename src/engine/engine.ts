/**
 * The engine's door: what training and explanation may ask of it. Implementations compile a model's graph once for
 * given sizes and keep weights resident between calls.
 */
import type { Bindings, DType, Model, Tensor, Tensors } from '../model/graph';
import type { GradientRules } from './op';
import type { PenaltySpec } from './penalty';
import type { StepOptions } from './updates';

/** "webview" is the GPU of VS Code's page, by WebGPU or WebGL2. */
export type BackendName = 'webgpu' | 'webview' | 'webasm' | 'cpu';

export interface BackendInfo {
  name: BackendName;
  /** What executes, in gpu.js's terms, e.g. "fused-sync". */
  executor: string;
  threads: number;
  /** A GPU that a driver computes on the CPU. */
  emulated?: boolean;
  /** Why it was chosen, where it was. */
  why?: string;
}

export interface LossSpec {
  /** Added to the loss while training; `step` is then fed the rows' groups as well. */
  penalty?: PenaltySpec;
  /** PyTorch's name in snake case: "mse", "cross_entropy", … */
  name: string;
  options?: Readonly<Record<string, number | string | boolean | readonly number[]>>;
  /**
   * Which axis of the output holds the scores of the classes: 1, as PyTorch's losses take it, if absent. -1 for
   * (N, T, C), which PyTorch code flattens itself: `F.cross_entropy(logits.view(-1, C), targets.view(-1))`.
   */
  classAxis?: 1 | -1;
  /** Numbers x of output and target are compared as (x - shift) / scale. */
  units?: { shift: number; scale: number };
}

export interface OptimizerSpec {
  /** PyTorch's name: "SGD", "Adam", … with PyTorch's option names and defaults. */
  name: string;
  options: Readonly<Record<string, number | boolean | readonly number[]>>;
  /**
   * Parameters with options of their own: PyTorch's parameter groups. Patterns are those of parameterPatterns.ts; a
   * parameter belongs to the first group that names it. Their learning rates are given to each step.
   */
  groups?: readonly {
    parameters: readonly string[];
    options?: Readonly<Record<string, number | boolean | readonly number[]>>;
  }[];
}

/** What happens to gradients and weights besides the optimiser's own step. */
export interface UpdateSpec {
  /** Patterns of parameters that are not trained. */
  freeze?: readonly string[];
  /** Cuts each value to [-value, value], and then scales all gradients to a common L2 norm of at most `norm`. */
  clip?: { value?: number; norm?: number };
  /** Steps may be told to add up gradients of several batches. */
  accumulate?: boolean;
  /** An exponential moving average of the weights is kept: average ← decay · average + (1 - decay) · weights. */
  average?: { decay: number };
}

export interface Engine {
  readonly backend: BackendInfo;
  /** Forward only, or forward and the gradient of a chosen function of the outputs. */
  evaluator(model: Model, request: EvaluatorRequest): Promise<Evaluator>;
  trainer(model: Model, request: TrainerRequest): Promise<Trainer>;
  /** Why its device answers no more; undefined while it does. */
  lost?(): string | undefined;
  dispose(): Promise<void>;
}

export interface EvaluatorRequest {
  /** Sizes for the model's symbols, e.g. { N: 64 }: how many rows one call takes. */
  bindings: Bindings;
  weights: Tensors;
  /** Values to return besides the model's outputs (activations of inner nodes), by id. */
  fetch?: readonly string[];
  /** Values (inputs, inner values or parameters) to differentiate with respect to. */
  gradients?: readonly string[];
  /** With a loss, gradients are of the mean loss against the targets; otherwise of `seed` · first output. */
  loss?: LossSpec;
  /** Shape of the targets, for losses over sequences; for the others it follows from the output. */
  targets?: { shape: readonly number[]; dtype: DType };
  /** Rules that replace ops' gradients; what `gradients` asks for is then what they send back. */
  rules?: GradientRules;
  /** The compiled graph in training mode (dropout, batch statistics). Default false. */
  training?: boolean;
  /**
   * Inputs that keep the value of an output for the next run (a recurrent state, a key-value cache), by id: they stay
   * where the engine computes, are zeros at first, and are fed only to be set. These outputs are not returned.
   */
  carry?: Readonly<Record<string, string>>;
}

export interface Evaluation {
  /** The model's outputs and what `fetch` named, by value id. */
  values: Tensors;
  /** By value id, each of its value's shape. */
  gradients: Tensors;
  loss?: number;
}

export interface RunOptions {
  /** dL/d(first output), of its shape; needed when gradients were asked for without a loss. */
  seed?: Tensor;
  targets?: Tensor;
  /**
   * Float values are handed back where they lie, instead of copied: they hold until the next call of the same evaluator
   * or trainer, and are not to be written to. (An output that is an input by another name lies where that does.) Where
   * a backend computes elsewhere, and for whole numbers, they are copies all the same.
   */
  inPlace?: boolean;
}

/** A tensor whose data the engine reads without a copy, where it can. */
export interface BoundInput {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * What can hand an input over where its plan reads it, as ONNX Runtime's IO binding does: filled there, it is not copied.
 */
export interface BindsInputs {
  /**
   * The place of an input for a call with so many rows. Fill `data` (float32, whole numbers too), then give the tensor to
   * the call, which reads it as it stands then; it may be filled anew once the call is done, and keeps its values until
   * then: no other value of the plan lies there. Another array may be given at any time, and overwrites it.
   *
   * Where the backend computes in memory of its own (a GPU, the reference) `data` is an array that each call copies. After
   * `dispose` it is an array that nobody reads, which keeps the plan's memory alive: let go of it.
   *
   * @param rows as many as compiled for if absent; fewer may need a plan of their own, which is compiled now.
   * @throws bad-request for what is no input, or is carried, and after `dispose`; shape-mismatch for more rows than compiled for.
   */
  bindInput(id: string, rows?: number): Promise<BoundInput>;
}

export interface Evaluator extends BindsInputs {
  readonly backend: BackendInfo;
  /** What its plans hold in memory, where that is known. */
  readonly bytes?: number;
  /** @param feeds the model's inputs by value id; fewer rows than compiled for are padded and the padding cut off. */
  run(feeds: Tensors, options?: RunOptions): Promise<Evaluation>;
  /** Replaces the resident weights; names that are absent keep their values. */
  load(weights: Tensors): Promise<void>;
  /** What a carried input holds now; there where something is carried. */
  carried?(input: string): Promise<Tensor>;
  dispose(): Promise<void>;
}

export interface TrainerRequest {
  bindings: Bindings;
  weights: Tensors;
  loss: LossSpec;
  optimizer: OptimizerSpec;
  update?: UpdateSpec;
  /** Shape and type of the targets that `step` gets, with the batch size filled in. */
  targets: { shape: readonly number[]; dtype: DType };
  /** For dropout; the same seed gives the same numbers. */
  seed?: number;
  /** Continues a run: what `state()` returned. */
  state?: Tensors;
  /**
   * Modules whose inner values are computed again for the gradients instead of kept (compile/recompute.ts): less
   * memory, more time, the same numbers. Paths; "blocks.*" names each child of `blocks`.
   */
  recompute?: readonly string[];
}

export interface StepResult {
  /** Mean loss over the batch, before the update. */
  loss: number;
  /** The model's first output for the batch, for metrics. */
  output: Tensor;
}

export interface Trainer extends BindsInputs {
  readonly backend: BackendInfo;
  /**
   * One optimiser step. A last batch that is smaller than compiled for is given as it is: the trainer weighs the
   * padding with zero (or compiles a second plan), so that the numbers are PyTorch's.
   */
  step(feeds: Tensors, targets: Tensor, options: StepOptions): Promise<StepResult>;
  /** Weights, by parameter name, read back. */
  weights(): Promise<Tensors>;
  /** The moving average of the weights where one is kept, else the weights. */
  averagedWeights(): Promise<Tensors>;
  /** The optimiser's state: what `TrainerRequest.state` takes. */
  state(): Promise<Tensors>;
  /** L2 norms of the last batch's gradients by parameter name. */
  gradientNorms(): Promise<Record<string, number>>;
  /** The last step's gradients by parameter name, read back. */
  gradients(): Promise<Tensors>;
  dispose(): Promise<void>;
}
