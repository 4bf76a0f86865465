/** What a file format is: one folder of formats/ whose index.ts exports `format`. */
import type { Diagnostic, Model, Shape, SourceRange, Tensors } from '../model/graph';

/** A model as found in a file, with its findings; `model` is absent when nothing could be read. */
export interface ReadModel {
  model?: Model;
  diagnostics: readonly Diagnostic[];
  /** Milliseconds that reading took. */
  milliseconds: number;
}

/** An input of `forward` with symbolic sizes. */
export interface InputShape {
  name: string;
  shape: readonly (number | string)[];
  dtype: 'float32' | 'int64';
}

export interface ReadModelRequest {
  file: string;
  /** The text in the editor, if it differs from the file; also of files that it imports, by path. */
  texts?: Readonly<Record<string, string>>;
  /** All classes that look like models if absent. */
  class?: string;
  /** Constructor arguments, and the input's shape with or without the batch, e.g. [1, 28, 28]. */
  arguments?: Readonly<Record<string, unknown>>;
  input?: readonly number[];
  /** All inputs of `forward` in their order, with symbolic sizes; nothing is tried out then. */
  inputs?: readonly InputShape[];
}

/** What reading may lean on. */
export interface ReadContext {
  /** The folder with what is loaded as files: Pyodide and the Python sources. */
  distFolder: string;
  /** Imports are resolved inside of this folder only; the file's own folder if absent. */
  workspaceFolder?: string;
  signal?: AbortSignal;
}

/** A tensor as it lies in a file. */
export interface StoredTensor {
  name: string;
  /** The file's own name of the type, e.g. "F16" or "Q4_K". */
  dtype: string;
  shape: readonly number[];
  bytes: number;
  /** The file that it is in, where there are several. */
  shard?: string;
}

/** What lies in a file, whether or not it can be computed with. */
export interface FileContents {
  tensors: readonly StoredTensor[];
  /** What the file says of itself, for people. */
  metadata: readonly (readonly [name: string, value: string])[];
  /** What the model uses and the engine lacks, most frequent first. */
  lacking: readonly { op: string; count: number }[];
  /** Whether something is computed without it. */
  computes?: boolean;
}

/** Values of a stored tensor; not all of them where that would be too many. */
export interface TensorSample {
  data: Float32Array | Int32Array;
  /** How many values the tensor has. */
  of: number;
}

/** A text file whose next character is learned, each character a token in the order of their code points. */
export interface FileText {
  file: string;
  /** Characters that the model sees at once. */
  length: number;
}

/** Pictures in a folder with a sub-folder for each class, and how they are made ready, in an experiment's words. */
export interface FolderPictures {
  folder: string;
  classes: readonly string[];
  /** Another such folder beside it, that the code tests with. */
  held?: string;
  channels: 1 | 3;
  height: number;
  width: number;
  fit: 'stretch' | 'crop';
  short?: number;
  scale?: { mean: readonly number[]; std: readonly number[] };
  augment: readonly Readonly<Record<string, unknown>>[];
}

/** How a model file's own code trains its model: read from the code, not run. Names and options are PyTorch's. */
export interface FileTraining {
  model: { file: string; class: string; arguments: Readonly<Record<string, unknown>> };
  /** Where it trains. */
  at?: SourceRange;
  /** "MSELoss" or "mse_loss". */
  loss: string;
  lossOptions: Readonly<Record<string, unknown>>;
  /** What is minimised is the mean loss times this. */
  scale: number;
  optimizer?: {
    name: string;
    options: Readonly<Record<string, unknown>>;
    groups: readonly { parameters: readonly string[]; options: Readonly<Record<string, unknown>> }[];
  };
  /** The learning rate of weights that the code changes itself. */
  byHand?: number;
  schedules: readonly { name: string; options: Readonly<Record<string, unknown>>; perStep: boolean }[];
  clip?: { norm?: number; value?: number };
  /** Parameters of the model that are not trained. */
  frozen: readonly string[];
  epochs?: number;
  /** It trains until something happens, instead of so many times. */
  whiles: boolean;
  /** Rows of a step; all if absent. */
  batch?: number;
  /** How much of the rows trains, where the code divides them. */
  share: number;
  rows: number;
  /** What the code calls the tensors of `data`, "" where it has no name for one. */
  names: readonly string[];
  /** Of each of them, what the entries of its last axis are called where they come from a table. */
  columns: readonly (readonly string[] | undefined)[];
  /** The prediction's shape without the rows. */
  answer: Shape;
  /** The prediction has scores of classes along its last axis, for each position of a sample. */
  perPosition: boolean;
  /** What the model is given where it is the pictures of a folder: `data` then has zeros in their place. */
  pictures?: FolderPictures;
  /** The text whose next character is learned, where that is what the model is given: `data` then gives nothing. */
  text?: FileText;
  /**
   * A graph without inputs whose outputs are what the model is given and then what it is compared with; where the code
   * holds rows back, as many again, of these rows.
   */
  data: Model;
}

export interface FileFormat {
  /** Stable, e.g. "pytorch"; `Model.format` of what it reads. */
  id: string;
  /** For people, e.g. "PyTorch source". */
  name: string;
  /** With the dot, in lower case; or how the file's name ends, e.g. "config.json". */
  extensions: readonly string[];
  /** Whether a file with one of the extensions is of this format. @param head its first bytes, at least 512 if it has them. */
  match(file: string, head: Uint8Array): boolean;
  /** Files of this format say of no computation: what `read` gives of them has parameters and modules alone. */
  parametersOnly?: true;
  /** Models by name. Throws VitrineError for a file that cannot be read at all. */
  read(request: ReadModelRequest, context: ReadContext): Promise<Record<string, ReadModel>>;
  /** How the file's own code trains, in formats that are code. @throws VitrineError bad-model with the reason and its place. */
  training?(request: Pick<ReadModelRequest, 'file' | 'texts'>, context: ReadContext): Promise<FileTraining>;
  /** The values of a read model's parameters, in formats whose files hold them. Throws VitrineError. */
  weights?(model: Model): Promise<Tensors>;
  /** What lies in the file, read from its header or directory alone. Throws VitrineError. */
  contents?(file: string): Promise<FileContents>;
  /** Of one of its tensors, at most so many values, from everywhere in it. Throws VitrineError. */
  sample?(file: string, tensor: string, most: number): Promise<TensorSample>;
}
