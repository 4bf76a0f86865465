/** What the page of a comparison and the extension host say to each other. */
import type { DiffSide, ModelDifference } from '../../service/protocol';
import type { PredictionChanges } from '../../train/open/compareModels';

/** What is compared; the page keeps it over a reload. */
export interface DiffRequest {
  before: DiffSide;
  after: DiffSide;
}

export interface ModelDiffState {
  request: DiffRequest;
  busy: boolean;
  error?: string;
  found?: ModelDifference;
  /** The predictions that differ on an experiment's data, once asked for. */
  predictions?: { busy: boolean; on?: string; found?: PredictionChanges; error?: string };
}

/** Host -> page. */
export type ToModelDiff = { type: 'state'; state: ModelDiffState; strings: Record<string, string> };

/** Page -> host. */
export type FromModelDiff =
  | { type: 'ready' }
  /** The same comparison as two texts in the editor for differences. */
  | { type: 'text' }
  | { type: 'swap' }
  | { type: 'again' }
  /** Both predict the data of an experiment that the user chooses. */
  | { type: 'predict' }
  /** Shows where a layer of one side is defined. */
  | { type: 'reveal'; side: 'before' | 'after'; path: string }
  | { type: 'error'; message: string };
