/**
 * What a model check is: a question about a model and its data that has a right answer, asked before the hours of
 * training are spent (or after, of what was learned). A check is one file in train/checks/ that exports `check`.
 */
import type { Dataset } from '../data/dataset';
import type { Engine, LossSpec, OptimizerSpec } from '../engine/engine';
import type { Model, SourceRange, Tensors } from '../model/graph';

export interface CheckSubject {
  engine: Engine;
  model: Model;
  dataset: Dataset;
  loss: LossSpec;
  optimizer: OptimizerSpec;
  learningRate: number;
  seed: number;
  /** The weights that training starts with, drawn from the seed. */
  initial: Tensors;
  /** Those of the newest finished run, if there is one. */
  trained?: Tensors;
  signal?: AbortSignal;
  /** 0 to 1. */
  onProgress?(done: number): void;
}

export interface CheckResult {
  outcome: 'passed' | 'failed' | 'skipped';
  /** What was found, with its numbers, and when it failed what to do. */
  message: string;
  /** The figures that decided, by name. */
  values: Readonly<Record<string, number>>;
  /** The layer that it is about, where it is about one. */
  at?: SourceRange;
}

export interface Check {
  /** Snake case, as on the command line: "overfits_eight_samples". */
  id: string;
  title: string;
  /** One sentence: what is asked, and what it means when the answer is no. */
  summary: string;
  /** Whose idea it is. */
  source: { authors: string; year: number; title: string; url: string };
  /** It asks about what was learned: without a finished run it is skipped. */
  needsTraining?: boolean;
  run(subject: CheckSubject): Promise<CheckResult>;
}

export function skipped(message: string): CheckResult {
  return { outcome: 'skipped', message, values: {} };
}
