/** What one input of a model with several is made from: one file in data/columns/ that exports `encoding`. */
import type { FeatureInfo, InputPart } from '../dataset';
import type { Column, Table } from '../table/table';

export type RawValues = Readonly<Record<string, string | number | null>>;

export interface LearnContext {
  table: Table;
  /** The columns that the options name, in their order. */
  columns: readonly Column[];
  trainRows: Int32Array;
  notes: string[];
  /** Where paths in the options begin. */
  folder: string;
}

/** Turns raw values into numbers as was learned from the training rows. */
export interface Encoder {
  readonly part: InputPart;
  readonly columns: readonly string[];
  /** With spans that count from the part's own beginning. */
  readonly features: readonly FeatureInfo[];
  /**
   * Writes a row into `into` from `at` on.
   * @param row for messages, from 1.
   * @throws bad-data
   */
  write(values: RawValues, into: Float32Array | Int32Array, at: number, row: number): void;
  /** What must be read before `write` can be called: files that cells name. */
  fetch?(values: RawValues, folder: string, row: number): Promise<void>;
  /** Names of the entries, where each sample has others. */
  names?(entries: ArrayLike<number>): readonly string[];
}

export interface Encoding {
  /** As in the experiment file. */
  as: string;
  /** TypeBox schema of an input's options, with `as`. */
  schema: unknown;
  /** JSON, what `restore` takes, or its promise. @throws what files that the options name can have wrong. */
  learn(options: Readonly<Record<string, unknown>>, context: LearnContext): unknown;
  /** @throws bad-file */
  restore(state: unknown): Encoder;
}
