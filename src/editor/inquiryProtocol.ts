/**
 * What a reader may ask beyond "why": each kind of question with what it takes and what it is answered with. Asked by
 * the panel's page, answered by the engine process.
 */
import type { Anchor } from '../explain/anchors/anchor';
import type { CounterfactualResult } from '../explain/counterfactual/counterfactual';
import type { Cell } from '../explain/counterfactual/space';
import type { Fairness } from '../explain/fairness/result';
import type { ConstraintId } from '../explain/fairness/thresholds';
import type { Explanation } from '../explain/method';
import type { Episode } from '../service/inquiries/episode';
import type { Filmstrip } from '../service/inquiries/filmstrip';
import type { PredictedRow } from '../service/inquiries/predictFile';
import type { Robustness } from '../service/inquiries/robustnessRun';
import type { RowPrediction } from '../train/predict/predictRows';

export type { Cell };

export type Inquiry =
  /** The row with some cells changed: what would the model say, and why? */
  | { kind: 'whatIf'; row: number; values: Readonly<Record<string, Cell>>; method: string }
  | {
      kind: 'counterfactual';
      row: number;
      target?: string;
      fixed?: readonly string[];
      increase?: readonly string[];
      decrease?: readonly string[];
      free?: readonly string[];
    }
  | { kind: 'anchor'; row: number }
  /** An episode in the environment, as the policy plays it now. */
  | { kind: 'episode'; seed: number; epoch: number }
  /** Values, texts or a file of the reader's own: what does the model say, and why? */
  | {
      kind: 'typed';
      rows?: readonly Readonly<Record<string, Cell>>[];
      /** A file that the page was given, with its contents. */
      file?: { name: string; bytes: Uint8Array };
      /** Asks for a file. */
      choose?: boolean;
      /** Says why, by this method. */
      method?: string;
    }
  /** Over the weights that the run kept on its way. */
  | { kind: 'filmstrip'; row: number; method: string }
  /** The same prediction by several methods. */
  | { kind: 'methodsBeside'; row: number; methods: readonly string[] }
  /** Of the test rows if there is no row. */
  | { kind: 'robustness'; row?: number }
  | { kind: 'fairness'; by: readonly string[]; positive?: string; mitigate?: ConstraintId };

export type InquiryKind = Inquiry['kind'];

export interface WhatIf {
  before: RowPrediction;
  after: RowPrediction;
  /** Follows a little later than the prediction. */
  explanation?: Explanation;
}

export interface Typed {
  /** Name of the file that was asked about. */
  file?: string;
  /** The rows that were asked about, where they were typed. */
  asked?: readonly Readonly<Record<string, Cell>>[];
  target: string;
  rows: readonly PredictedRow[];
  /** Of models that speak: what the first row sounds like. */
  sound?: { sampleRate: number; samples: Float32Array };
}

/** What a method says, or why it says nothing. */
export type MethodBeside = { explanation: Explanation } | { method: string; failed: string };

export interface InquiryAnswers {
  whatIf: WhatIf;
  counterfactual: CounterfactualResult;
  anchor: Anchor;
  episode: Episode;
  typed: Typed;
  filmstrip: Filmstrip;
  methodsBeside: readonly MethodBeside[];
  robustness: Robustness;
  fairness: Fairness;
}

export interface InquiryState<K extends InquiryKind> {
  /** Id of the run that was asked. */
  run: string;
  asked: Extract<Inquiry, { kind: K }>;
  /** While it is worked on: 0 to 1. */
  progress?: number;
  /** The last answer, and the question that it belongs to: shown until a newer one is there. */
  answer?: { to: Extract<Inquiry, { kind: K }>; value: InquiryAnswers[K] };
  error?: string;
}

export type InquiryStates = { [K in InquiryKind]?: InquiryState<K> };
