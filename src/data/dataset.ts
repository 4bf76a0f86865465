/** What training and explanation know of data, whatever it was read from. */

import type { Tensor, Tensors } from '../model/graph';
import type { FolderLook } from './files/look';
import type { TokenizerState } from './text/tokenizer';

export type Split = 'train' | 'valid' | 'test';

/** How a sample looks to a person; decides how it is drawn, never how it is computed. */
export type Modality = 'table' | 'image' | 'text' | 'sound' | 'series' | 'video' | 'mixed';

/**
 * One of several tensors that a model's forward takes, in the order of its arguments. A prepared sample holds them one
 * after the other, flattened; `packInputs` takes them apart in front of the model.
 */
export interface InputPart {
  name: string;
  /** Without the batch; [] for a single number a row. */
  shape: readonly number[];
  dtype: 'float32' | 'int64';
  modality: Modality;
}

export interface FeatureInfo {
  /** The column's name, or "pixel 3,4". */
  name: string;
  kind: 'number' | 'category';
  /** Units of the raw column: statistics of the training split. */
  mean?: number;
  std?: number;
  min?: number;
  max?: number;
  /** For categories, by frequency. */
  categories?: readonly string[];
  /** The categories share one entry, by their place, instead of having one each. */
  encoding?: 'ordinal' | 'index';
  /** The column of the source that this feature is computed from, e.g. a part of its date. */
  from?: string;
  /** Which entries of a flattened model input stem from this column: [start, end). One-hot columns have several. */
  span: readonly [number, number];
  missing: number;
}

export interface TargetInfo {
  name: string;
  /** Classes give int targets 0 … n-1 in this order; numbers give float targets. */
  kind: 'classes' | 'number';
  classes?: readonly string[];
  /** The last so many classes are of no row: the model that is trained has more scores than the data have classes. */
  unnamed?: number;
  /**
   * A sequence of classes for each sample, shorter than the model's steps, whose class 0 is the blank: targets
   * [rows, longest] filled up with -1, for scores [rows, T, classes]. `joint` stands between the symbols as text.
   */
  sequence?: { readonly joint: string; readonly longest: number };
  /** No row has a right answer: what stands there came about by chance, as the actions of an environment's examples. */
  untold?: true;
  /** Shape of a target that is more than one number, without the batch: targets [rows, …shape]. */
  shape?: readonly number[];
  /** The target is boxes on a picture, of `shape` [cells, 5 + classes]: see data/boxes/grid.ts. */
  boxes?: { readonly grid: number; readonly classes: readonly string[] };
  /** The target is a mel spectrogram of speech, of `shape` [frames, mels]. */
  spoken?: { readonly secondsPerFrame: number };
  /** What each class counts in the loss, where the experiment asks for it; learned from the training rows. */
  classWeights?: readonly number[];
  /** A class for each position of a sample (the next token): targets [rows, T] for scores [rows, T, classes]. */
  perPosition?: boolean;
  /** How many positions there are, if not as many as the sample's first axis is long. */
  positions?: number;
  /** A class that does not count: filling where a sequence has ended. The loss takes it as its `ignore_index`. */
  ignore?: number;
  /** The token that fills up inputs that are too short; 0 where it is not named. */
  fill?: number;
  /** The target is written one class after the other, each from those before it: how that begins and ends. */
  writes?: SequenceInfo;
}

/** How a sequence is written: `classes` of the target are its tokens. */
export interface SequenceInfo {
  /** Which of the parts holds what has been written so far, behind `begin`. */
  part: number;
  begin: number;
  end: number;
  /** How its tokens become text. */
  tokens: TokenizerState['kind'];
}

/** What a sample is to eye and ear, where its prepared numbers are not: for looking at. */
export interface SampleMedia {
  /** One channel, -1 to 1. */
  sound?: { sampleRate: number; samples: Float32Array };
}

/** How far a long task has come. */
export interface Progress {
  /** What is read: "data". */
  what: string;
  /** Of `total`, both in bytes, or in files. */
  done: number;
  total: number;
  files?: boolean;
}

/** Rows in an order that need not be in memory as a whole. */
export interface RowOrder {
  readonly length: number;
  subarray(from: number, to?: number): Int32Array;
}

export interface RawSample {
  /** Zero-based row of the source. */
  row: number;
  split: Split;
  /** As the file has them, by column name. */
  values: Record<string, string | number | null>;
  target: string | number | null;
}

/** Loaded, split and prepared. What was learned for preparing (means, categories) comes from the training split only. */
export interface Dataset {
  readonly name: string;
  readonly modality: Modality;
  /** Shape of one sample as the model sees it, without the batch; [sum of the parts] with `parts`. */
  readonly sampleShape: readonly number[];
  /** For models with several inputs. */
  readonly parts?: readonly InputPart[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  /** Rows of the source, in a fixed order, by split. */
  readonly splits: Readonly<Record<Split, Int32Array>>;
  /** The model was trained elsewhere: which of these rows it learned from, if any, is not known. */
  readonly elsewhere?: true;
  /** Sentences about what was found and done, e.g. "3 rows with a missing value were left out". */
  readonly notes: readonly string[];
  /** Columns that alone give the answer away, each with a sentence that says what to do. */
  readonly leaks?: readonly { readonly column: string; readonly message: string }[];
  /** SHA-256 of the source's bytes, hex. */
  readonly hash: string;
  /**
   * Prepared inputs and targets of these rows; `targets` is of shape [rows] (classes) or [rows, 1] (numbers).
   *
   * @param into where the inputs are wanted, as many numbers as they are: where a plan reads them, say. Data sets whose batches
   *   are gathered number by number write them there, and it is the input's `data`; others return arrays of their own.
   */
  batch(rows: ArrayLike<number>, into?: Float32Array): { input: Tensor; targets: Tensor };
  raw(row: number): RawSample;
  /** A number for each row that rows of one group share, where the experiment groups rows for ranking. */
  groups?(rows: ArrayLike<number>): Int32Array | undefined;
  media?(row: number): SampleMedia | undefined;
  /** As SavedPreparation's. */
  sound?(output: ArrayLike<number>): { sampleRate: number; samples: Float32Array };
  /** Prepares rows that are not in the data set (prediction): raw values by column. Throws bad-data by row and column. */
  prepare(rows: readonly Record<string, string | number | null>[]): Tensor;
  /** What training sees of these rows in an epoch, where that differs by chance (augmentation); the same for the same seed. */
  trainingBatch?(
    rows: ArrayLike<number>,
    chance: { seed: number; epoch: number },
    into?: Float32Array,
  ): { input: Tensor; targets: Tensor };
  /** The training rows in the order of an epoch, where reading them in any order would be slow. */
  epochOrder?(seed: number, epoch: number): RowOrder;
  /** What `restoreSaved` needs to prepare the same way later; JSON. */
  preparation(): unknown;
  /** Names of a prepared sample's own entries where each sample has others: its tokens, "" for padding. */
  entryNames?(input: Tensor): readonly string[];
  /** Of texts: the words of a raw row that the model does not know. */
  unknownWords?(row: Readonly<Record<string, string | number | null>>): readonly string[];
  /** Of tokens: the same sample with tokens that say nothing, which explanations compare it with; zeros if absent. */
  neutral?(input: Tensor): Int32Array;
}

/** What a run keeps of a data set to prepare rows of any origin as training did. */
export interface SavedPreparation {
  readonly sampleShape: readonly number[];
  readonly parts?: readonly InputPart[];
  readonly features: readonly FeatureInfo[];
  readonly target: TargetInfo;
  /** @throws bad-data by row and column. */
  prepare(rows: readonly Readonly<Record<string, string | number | null>>[]): Tensor;
  /** The rows of a file (or folder) for `prepare`. @throws bad-data, file-not-found, cancelled */
  readRows(file: string, signal?: AbortSignal): Promise<Record<string, string | number | null>[]>;
  /** Reads the files that cells of typed rows name, before `prepare`. @param folder that paths are relative to. @throws bad-data */
  fetch?(
    rows: readonly Readonly<Record<string, string | number | null>>[],
    folder: string,
    signal?: AbortSignal,
  ): Promise<void>;
  /** The same some rows at a time, where all at once would not fit the memory. */
  rowBlocks?(file: string, signal?: AbortSignal): AsyncIterable<Record<string, string | number | null>[]>;
  /** What a prediction of the target's `shape` sounds like. */
  sound?(output: ArrayLike<number>): { sampleRate: number; samples: Float32Array };
}

/** A kind of data set is one file in data/kinds/ that exports `kind`. */
export interface DatasetKind {
  /** As in the experiment file's data.kind, e.g. "csv". */
  id: string;
  title: string;
  /** File name endings that suggest it, with the dot. */
  extensions: readonly string[];
  /** TypeBox schema of its options in the experiment file. */
  schema: unknown;
  /** Options that name files or folders; ["file"] if absent. Those that the experiment leaves out are not looked for. */
  paths?: readonly string[];
  /** What `file` names; "file" if absent. */
  source?: 'file' | 'folder' | 'either' | 'none';
  /** What the experiment cannot know before the data: reads what `preparation()` of this kind gave. */
  restore?(state: Readonly<Record<string, unknown>>): SavedPreparation;
  load(options: unknown, context: LoadContext): Promise<Dataset>;
  /** A quick look at the head of the source, for checking and for guided choices; only for kinds that have columns. */
  columns?(
    options: unknown,
    /** `rows` are looked at; 1000 if absent. */
    context: Pick<LoadContext, 'folder'> & { rows?: number },
  ): Promise<readonly ColumnHead[]>;
  /** The same of a folder with a sub-folder for each class; undefined where it holds nothing of this kind. */
  look?(folder: string): Promise<FolderLook | undefined>;
  /** What `look` finds, as endings of file names with the dot. */
  holds?: readonly string[];
}

/** Different values of a column that a look tells from each other: as many as the rows that it takes. */
export const mostCounted = 20_000;

/** What the first rows of a column look like. */
export interface ColumnHead {
  name: string;
  kind: 'number' | 'category';
  /** All numbers are whole. */
  integers: boolean;
  /** Different values among `rows` rows looked at, at most `mostCounted`. */
  distinct: number;
  rows: number;
  /** Of these rows, those without a value. */
  missing: number;
  /** Of a column of numbers: cells that are text. */
  texts?: number;
  examples: readonly string[];
  /** Of a column of numbers: those that look like codes for "not known". */
  codes?: readonly number[];
  /** Of a column with at most 20 different values: the one in the fewest rows. */
  rarest?: { value: string; rows: number };
  /** Of a column of texts: each comes after the one above it, as dates of a log do. */
  rising?: boolean;
}

export interface LoadContext {
  /** Paths in the experiment are relative to this folder. */
  folder: string;
  seed: number;
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
  /** Bytes of a table that may be held in memory; larger ones are read in pieces while training. */
  memory?: number;
  /** The tensors that a file's own code trains on; absent where code is not read. @throws VitrineError */
  code?(file: string, seed: number, signal: AbortSignal | undefined): Promise<CodeTensors>;
}

/** What training code gives its model and compares it with, each with all rows along its first axis. */
export interface CodeTensors {
  inputs: readonly NamedTensor[];
  target: NamedTensor;
  /** The last so many rows are not trained on: the code tests with them. */
  held?: number;
  /** How many numbers the model gives where the target is a class: of some there may be no row. */
  scores?: number;
  /** The target has a class for each position of a sample (see TargetInfo). */
  perPosition?: boolean;
  /** SHA-256 of their shapes and numbers, hex. */
  hash: string;
}

export interface NamedTensor extends Tensor {
  name: string;
  /** What the entries of its last axis are called, where the code has that from a table. */
  columns?: readonly string[];
}

export type { Tensors };
