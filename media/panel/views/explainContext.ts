/** What every part of the Explain view is drawn from. */
import type { PanelState } from '../../../src/editor/panelProtocol';
import type { Explanation } from '../../../src/explain/method';
import type { Actions } from '../actions';
import type { Settings } from '../store';

/** Where the pointer is on the pictures; belongs to the page, not to the state. */
export interface Hover {
  pixel?: { x: number; y: number };
  copied?: 'picture' | 'text' | 'json';
}

export interface ExplainContext {
  state: PanelState;
  settings: Settings;
  actions: Actions;
  hover: Hover;
  setHover(hover: Hover): void;
}

/** The sample that an explanation is about: as the host sent it, or from the page of samples. */
export function explainedSample(e: Explanation, state: PanelState) {
  if (e.row === null) return undefined;
  if (state.explained?.sample.row === e.row) return state.explained;
  const sample = state.samples?.samples.find(s => s.row === e.row);
  return sample && state.samples ? { ...state.samples, sample } : undefined;
}
