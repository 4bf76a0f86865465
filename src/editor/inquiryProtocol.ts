/**
 * What a reader may ask beyond "why": each kind of question with what it takes and what it is answered with. Asked by
 * the panel's page, answered by the engine process.
 */
import type { Anchor } from '../explain/anchors/anchor';
import type { CounterfactualResult } from '../explain/counterfactual/counterfactual';
import type { Cell } from '../explain/counterfactual/space';
import type { Fairness } from '../explain/fairness/fairness';
import type { ConstraintId } from '../explain/fairness/thresholds';
import type { Explanation } from '../explain/method';
import type { Filmstrip } from '../service/filmstrip';
import type { Robustness } from '../service/robustnessRun';
import type { RowPrediction } from '../train/predictRows';

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
    }
  | { kind: 'anchor'; row: number }
  /** Over the weights that the run kept on its way. */
  | { kind: 'filmstrip'; row: number; method: string }
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

export interface InquiryAnswers {
  whatIf: WhatIf;
  counterfactual: CounterfactualResult;
  anchor: Anchor;
  filmstrip: Filmstrip;
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
