/** What an ONNX operator becomes: nodes of our ops, which take as attributes what ONNX has as constant inputs. */
import type { Attributes, Dim, DType, TensorType } from '../../model/graph';
import type { Known } from './known';

/** One node of the file, and what its translation may ask and emit. */
export interface TranslationContext {
  op: string;
  /** Version of the operator set that the model names. */
  opset: number;
  /** Ids of the inputs; "" is left out. */
  inputs: readonly string[];
  /** Ids of the outputs; "" is not wanted. */
  outputs: readonly string[];
  has(input: number): boolean;
  /** The type of an input. */
  type(input: number): TensorType;
  typeOf(id: string): TensorType;
  /** What the file calls the element type of an input that it stores or is given, e.g. "UINT16": ours are fewer. */
  elementOf(input: number): string | undefined;
  /** The op of ours that makes an input. */
  maker(input: number): string | undefined;
  /** An input whose values are known while reading. */
  known(input: number): Known | undefined;
  /** The numbers of an input that must be known. @throws NeedsValue */
  numbers(input: number, what: string): number[];
  /** The same where sizes may be symbols. @throws NeedsValue */
  dims(input: number, what: string): Dim[];
  integer(name: string, otherwise: number): number;
  float(name: string, otherwise: number): number;
  text(name: string, otherwise: string): string;
  texts(name: string): string[] | undefined;
  /** The numbers of a tensor that is an attribute. */
  tensorAttribute(name: string): number[] | undefined;
  /** The number that stands for a text. */
  word(text: string): number;
  /** The text that a number stands for. */
  textOf(word: number): string;
  /** Whether an input's numbers stand for texts. */
  isText(input: number): boolean;
  /** Says so of an output. */
  markText(output: number): void;
  /** What the classes are called whose scores an output has. */
  noteClasses(labels: readonly string[]): void;
  integers(name: string): number[] | undefined;
  floats(name: string): number[] | undefined;
  hasAttribute(name: string): boolean;
  /** Emits a node; the types of its outputs follow from the op. The ids are made up where none are given. */
  emit(op: string, inputs: readonly string[], attributes?: Attributes, outputs?: readonly string[]): string[];
  /** Emits the node's last step: its outputs are the file's. */
  finish(op: string, inputs: readonly string[], attributes?: Attributes): undefined;
  /**
   * How many numbers a table of these sizes has. The file counts what all of its tables take that translations make.
   *
   * @throws Unsupported where a size is none, or where they take too much
   */
  room(what: string, ...sizes: readonly number[]): number;
  /** A constant tensor. */
  constant(dtype: DType, shape: readonly number[], values: readonly number[]): string;
  /** Weights that the file has among a node's attributes. `name`: what they are, e.g. "coefficients". */
  learned(name: string, shape: readonly number[], values: readonly number[]): string;
  /** An input as a tensor that a node can read. */
  tensor(input: number): string;
  tensorOf(id: string): string;
  /** The values of an input that is a sequence. */
  list(input: number): readonly string[] | undefined;
  /**
   * Computes the outputs from the numbers of all inputs, between two steps of a plan: their sizes depend on values.
   *
   * @throws NeedsValue until the inputs are known.
   */
  between(what: string, compute: (inputs: readonly (Numbers | undefined)[]) => readonly Numbers[]): undefined;
  /** Lets the output be a sequence of values. */
  finishList(ids: readonly string[]): undefined;
  /** The same for a weight, which is one even if its type is none that is learned. */
  weight(input: number): string;
}

/** A tensor's numbers, row by row. */
export interface Numbers {
  dtype: DType;
  shape: readonly number[];
  values: ArrayLike<number>;
}

/** Numbers of all tables that translations make for a file: a few bytes may ask for any size. */
export const mostMade = 2 ** 25;

/** Elements of a list of numbers in an attribute. */
export const maxAttribute = 1 << 20;

export type Translate = (c: TranslationContext) => undefined;

/** The op, or this use of it, is not read. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';

  /** @param because what is said of the node inside that is not run. */
  constructor(
    message: string,
    readonly because?: string,
  ) {
    super(message);
  }
}

/** The op is read once sizes are numbers that are symbols now. */
export class NeedsSize extends Unsupported {}

/** An input comes from an op that is not read or waits, which was counted already. */
export class Blocked extends Error {
  override readonly name = 'Blocked';
}

/** A value is needed while reading that only running the model would tell. */
export class NeedsValue extends Error {
  override readonly name = 'NeedsValue';

  constructor(
    readonly input: string,
    readonly what: string,
    /** Its id, and those of others that are needed with it; none if no step can tell. */
    readonly ids: readonly string[] = [],
  ) {
    super(`${what} comes from "${input}"`);
  }
}
