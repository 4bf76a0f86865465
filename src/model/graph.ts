/**
 * The model's graph: what every other room speaks of. Nodes carry ONNX operator names and attributes,
 * values carry shapes, modules keep the user's names, and all of them know where in the source they stand.
 * Plain data that survives structured cloning and JSON; knows no file, no editor and no kernel.
 */
import type { Bindings, Dim, Shape } from './dim';

export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int8'
  | 'uint8'
  | 'bool';

/** A place in a file; lines and columns count from 1, the end is exclusive. */
export interface SourceRange {
  /** Absolute path, or the name that the text was given under. */
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
}

export interface TensorType {
  dtype: DType;
  shape: Shape;
}

/** A tensor that flows along an edge of the graph (or a parameter that feeds a node). */
export interface Value extends TensorType {
  id: string;
  /** The variable that the user's code bound it to, where known. */
  name?: string;
}

/** Attributes in ONNX's sense; sizes may be symbolic. */
export type Attribute = number | string | boolean | readonly number[] | readonly Dim[] | readonly string[];
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  id: string;
  /** ONNX operator name, e.g. "Gemm", "Conv", "Relu". */
  op: string;
  /** The path of the module that the call belongs to, e.g. "layer1.0.conv2"; "" for the model itself. */
  module: string;
  /** Ids of values; "" stands for an optional input that is left out, as in ONNX. */
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Attributes;
  /** The expression in `forward` that made this node. */
  call?: SourceRange;
  /** Of a node that is shown, and not run as it stands. */
  shown?: Shown;
}

export interface Shown {
  /** The engine lacks it; it is planned once running tells what it waits for; or it reads what is not run. */
  as: 'lacking' | 'waiting' | 'behind';
  /** Why, and what to do. */
  why: string;
  /** How many of its inputs it reads; those behind them are what its bodies compute. */
  reads: number;
}

/** How a parameter starts when no checkpoint is loaded. */
export type Initializer =
  | { kind: 'zeros' }
  | { kind: 'ones' }
  | { kind: 'constant'; value: number }
  | { kind: 'uniform'; low: number; high: number }
  /**
   * `zeroRow`: a row that is zero all the same (an embedding's padding). `sparsity`: the share of each column's numbers that
   * are zero, as nn.init.sparse_ has it.
   */
  | { kind: 'normal'; mean: number; std: number; zeroRow?: number; sparsity?: number }
  | { kind: 'truncated_normal'; mean: number; std: number; low: number; high: number }
  | { kind: 'orthogonal'; gain: number }
  | { kind: 'eye' }
  /** Values that the model's source states itself, row-major. */
  | { kind: 'values'; values: ArrayLike<number> };

/** A trainable tensor (nn.Parameter), a buffer of a module, or a constant of the graph. */
export interface Parameter {
  /** PyTorch's name in `state_dict`, e.g. "fc1.weight"; also the id of its value in the graph. */
  name: string;
  dtype: DType;
  shape: readonly number[];
  kind: 'parameter' | 'buffer' | 'constant';
  trainable: boolean;
  initializer: Initializer;
  /** Its last dimension holds the two parts of complex numbers. */
  complex?: true;
  /** Other names of the same tensor in `state_dict` (tied weights). */
  aliases?: readonly string[];
}

/** An instance of nn.Module (or a scope of an ONNX graph). */
export interface ModuleInfo {
  /** "" for the root, "layer1.0.conv2" below it. */
  path: string;
  /** The class, e.g. "Linear" or "BasicBlock". */
  type: string;
  /** The constructor's arguments as printed by PyTorch's extra_repr, e.g. "in_features=2, out_features=5, bias=True". */
  arguments: string;
  /** The expression that constructs it, e.g. `nn.Linear(2, 5)`. */
  definition?: SourceRange;
  /** Parameters that it owns itself, without those of its children. */
  parameters: readonly string[];
  /** Values that enter and leave its call, in the order of first use; several calls add up. */
  inputs: readonly string[];
  outputs: readonly string[];
}

export interface Model {
  /** The class or graph name, e.g. "Net". */
  name: string;
  /** The file that it was read from, and its format's id ("pytorch", "onnx", …). */
  file: string;
  format: string;
  /** The class statement. */
  definition?: SourceRange;
  /** Ids of values, in the order of `forward`'s arguments and results. */
  inputs: readonly string[];
  outputs: readonly string[];
  values: Readonly<Record<string, Value>>;
  /** In an order in which every node follows what it reads. */
  nodes: readonly Node[];
  parameters: readonly Parameter[];
  modules: readonly ModuleInfo[];
  /** Texts that enter or leave as numbers: a text's place in `words`, -1 for another; `values` are the ids of such. */
  texts?: { words: readonly string[]; values: readonly string[] };
  /** What the file says of a classifier's answer: of the output `scores` [N, classes] what each class is called. */
  classes?: { labels: readonly string[]; scores: string };
}

export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** What a finding asks for, once: the answer is kept under `model` of an experiment file. */
export interface Ask {
  /** Constructor arguments, or the names of what only a run could tell. */
  arguments?: readonly string[];
  /** True when the input's shape is wanted. */
  input?: boolean;
}

/** A finding at a place in a file; `fix` replaces the text in its range. */
export interface Diagnostic extends SourceRange {
  severity: Severity;
  /** Stable, e.g. "shape-mismatch"; docs/diagnostics.md has a heading for each. */
  code: string;
  message: string;
  fix?: { title: string; range: SourceRange; text: string };
  /** Of the class `class`, where a value would tell more. */
  ask?: Ask & { class: string };
}

/** A tensor's values, row-major. float32 for every float type, int32 for integers and booleans. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

/** Tensors by name: weights, optimiser state, feeds. */
export type Tensors = Record<string, Tensor>;

export type { Bindings, Dim, Shape };
