/** What an explanation method is, and what it is given. A method is one file in explain/methods/ that exports `method`. */
import type { Dataset } from '../data/dataset';
import type { Engine, Evaluator, LossSpec } from '../engine/engine';
import type { Model, Tensor, Tensors } from '../model/graph';
import type { Context } from './context';
import type { Figure } from './figure';
import type { Language } from './words/words';

export interface ExplanationMethod {
  /** Snake case, as on the command line: "integrated_gradients". */
  id: string;
  title: string;
  /** Where it comes from. */
  paper: { authors: string; year: number; title: string; url: string };
  /** One sentence for the menu: what question it answers. */
  summary: string;
  /** A single prediction, or the model as a whole. */
  scope: 'prediction' | 'model';
  /** Of the whole model, but about one class at a time: always, or where an option has this value. */
  ofClass?: true | { readonly option: string; readonly value: string };
  /** It explains sequences that a model writes; other methods explain one answer. */
  sequences?: boolean;
  needs: readonly ('gradients' | 'baseline' | 'training-data' | 'targets')[];
  /** What its values belong to, where that is not the input's entries. */
  of?: 'units' | 'parts' | 'rows';
  /** What it is known not to do, in a sentence: for the documentation and where methods are chosen. */
  caution?: string;
  /** Options with defaults, as a TypeBox object schema. */
  options: unknown;
  /** Ids of the trust measures that judge it (files in explain/trust/). */
  judgedBy: readonly string[];
  /**
   * Why the method does not fit this model or these data, in a sentence that says what to use instead; undefined where
   * it fits. Without a data set only the model is looked at. For menus, before anything is computed.
   */
  suits?(model: Model, dataset?: Dataset): string | undefined;
  explain(request: ExplanationRequest, options: Record<string, unknown>): Promise<Attribution>;
}

export interface ExplanationRequest {
  engine: Engine;
  model: Model;
  weights: Tensors;
  dataset?: Dataset;
  /** The prepared input, [1, …sampleShape]; absent for methods about the model as a whole. */
  input?: Tensor;
  /** Index of the output to explain; the predicted class if absent. For one-output models 0. */
  target?: number;
  /** -1 explains what speaks against the output: the class that a single logit counts down to. Default 1. */
  sign?: 1 | -1;
  /** What the model was trained with: says how the output is read as probabilities. */
  loss?: LossSpec;
  /** What the data say the answer is, of a row of the data set. */
  truth?: string | number | null;
  /** Weights that the run kept on its way, the first ones first, with the learning rate there. */
  checkpoints?(): Promise<readonly { weights: Tensors; rate: number }[]>;
  /** Prepares the examples in a file or folder as the data were. @throws file-not-found, bad-data */
  examples?(where: string): Promise<Tensor>;
  /** Of the sentences; English if absent. */
  language?: Language;
  signal?: AbortSignal;
  /** 0 to 1. */
  onProgress?(done: number): void;
}

export interface Attribution {
  /** The shape of one sample, or [features] for importance. */
  values: Tensor;
  /** Names along the last axis where there are some (columns). */
  names?: readonly string[];
  /** Of a text: the token of each value, empty where there is none. */
  tokens?: readonly string[];
  /** Spread per value (standard deviation over repeats) where the method samples. */
  spread?: Tensor;
  /** The single repeats, [repeats, …shape of values], where the method has some. */
  repeats?: Tensor;
  /** What the method reports of itself, e.g. { convergenceDelta: 0.001 }. */
  facts?: Readonly<Record<string, number>>;
  /** The baseline that "nothing" stands for, if the method has one. */
  baseline?: Tensor;
  /**
   * Its values are slopes: how the output moves with each entry, whatever the entry is, and not what the entry adds to
   * the output. A slope's sign is a direction, so that entries are ranked by its size.
   */
  slopes?: true;
  /** The modules that it looks into, by path, where it is about some: the way back to graph and source. */
  layers?: readonly string[];
  /**
   * The unit inside the model whose activation is explained, such as "conv2[3]"; with `through` it is the output that
   * is explained, as far as the unit passes it on.
   */
  unit?: { name: string; through?: boolean };
  /** How the result is seen; absent where the values are attributions to the input's entries. */
  figures?: readonly Figure[];
  /** Sentences that the method says of its result itself, in the request's language. */
  told?: readonly string[];
}

/** A measure of how far an attribution may be trusted: one file in explain/trust/ that exports `measure`. */
export interface TrustMeasure {
  id: string;
  title: string;
  paper?: { authors: string; year: number; title: string; url: string };
  /** It moves inputs by tiny amounts, which indices (token ids) cannot follow. */
  continuous?: boolean;
  /** It judges every method, not only those that name it. */
  always?: boolean;
  /** Whether it has anything to say of a request; it has if absent. */
  applies?(request: ExplanationRequest): boolean;
  /** What a good value means, in one sentence. */
  summary: string;
  judge(
    request: ExplanationRequest,
    attribution: Attribution,
    method: ExplanationMethod,
  ): Promise<TrustResult>;
}

export interface TrustResult {
  id: string;
  title: string;
  /** In the measure's own unit. */
  value: number;
  /** 0 (fails) to 1 (holds), by the measure's documented rule. */
  score: number;
  verdict: 'good' | 'fair' | 'poor';
  /** The verdict in words, with the number. */
  text: string;
  /** Curves and the like for the detail view. */
  detail?: Readonly<Record<string, readonly number[]>>;
}

export interface Trust {
  /** The lowest of the measures' scores: a chain is as strong as its weakest link. */
  score: number;
  verdict: 'good' | 'fair' | 'poor';
  measures: readonly TrustResult[];
  /** The measures are still at work: nothing is known of it yet. Of answers on their way only, never of what is kept. */
  pending?: true;
}

/** The result as shown and as written by the command line. */
export interface Explanation {
  method: string;
  /** What was asked of the method beyond its defaults. */
  options?: Readonly<Record<string, unknown>>;
  /** Row of the data set, where there is one. */
  row: number | null;
  target: { index: number; name: string };
  prediction: { output: readonly number[]; probabilities?: readonly number[]; label: string };
  attribution: {
    names?: readonly string[];
    shape: readonly number[];
    values: readonly number[];
    spread?: readonly number[];
  };
  /** How it is seen, the most telling first; see explain/figure.ts. Absent in files that older versions kept. */
  figures?: readonly Figure[];
  trust: Trust;
  /** In plain words. */
  text: string;
  facts?: Readonly<Record<string, number>>;
  /** The modules that the method looked into, by path. */
  layers?: readonly string[];
  /** What stands around the prediction: sureness that was checked, similar rows, the nearest change. */
  context?: Context;
}

export type { Evaluator };
