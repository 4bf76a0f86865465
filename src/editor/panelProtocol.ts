/**
 * The one protocol between the panel's page and the extension host. The host keeps the state and replays it when a
 * page says that it is ready, because a hidden page gets no messages.
 */
import type { Explanation } from '../explain/method';
import type { Model } from '../model/graph';
import type { SamplePage } from '../service/protocol';
import type { RunEvent, RunRecord } from '../train/run';
import type { Inquiry, InquiryKind, InquiryStates } from './inquiryProtocol';

export type PanelView = 'architecture' | 'training' | 'data' | 'explain';

/** What is selected, everywhere at once. */
export interface Selection {
  module?: string;
  run?: string;
  row?: number;
  method?: string;
}

export interface MethodChoice {
  id: string;
  title: string;
  summary: string;
  scope: 'prediction' | 'model';
  /** Why it does not fit the run's model. */
  unsuited?: string;
}

/** A sample with what is known of its data set: enough to draw and to change it. */
export type SampleOnPage = Omit<SamplePage, 'samples' | 'total'> & { sample: SamplePage['samples'][number] };

/** All that the page shows; the host owns it. */
export interface PanelState {
  view: PanelView;
  model?: Model;
  /** The experiment that training uses, by path, and its name for the heading. */
  experiment?: { path: string; name: string };
  selection: Selection;
  run?: { record: RunRecord; events: readonly RunEvent[] };
  samples?: SamplePage & { split: 'train' | 'valid' | 'test'; offset: number };
  methods: readonly MethodChoice[];
  explanation?: Explanation;
  /** The row that `explanation` is about, so that its picture stays when another page of samples is shown. */
  explained?: SampleOnPage;
  /** What was asked beyond "why", by kind. */
  inquiries?: InquiryStates;
  /** What is under way, e.g. "Explaining row 3…"; and what went wrong. */
  busy?: string;
  error?: string;
  /** Name of the backend for the status line. */
  backend?: string;
}

/** Host -> page. `patch` replaces the named parts of the state; `events` are appended to the run's. */
export type ToPage =
  | { type: 'state'; state: PanelState; strings: Record<string, string> }
  | { type: 'patch'; patch: Partial<PanelState>; clear?: readonly (keyof PanelState)[] }
  | { type: 'events'; run: string; events: readonly RunEvent[] };

/** Page -> host. */
export type FromPage =
  | { type: 'ready' }
  | { type: 'view'; view: PanelView }
  | { type: 'select'; selection: Partial<Selection> }
  /** Shows the module's definition in the editor, or, with `node`, the call that made this node of the graph. */
  | { type: 'reveal'; module: string; node?: string }
  | { type: 'train' }
  | { type: 'stop' }
  | { type: 'pause' }
  | { type: 'continue' }
  | { type: 'samples'; split: 'train' | 'valid' | 'test'; offset: number; count?: number }
  | { type: 'inquire'; inquiry: Inquiry }
  | { type: 'cancelInquiry'; kind: InquiryKind }
  /** Writes the run's model card as a page. */
  | { type: 'report' }
  | { type: 'explain'; method: string; row?: number; target?: string | number }
  /** Asks where to save a text file that the page made, such as the graph as SVG; `name` is the suggestion. */
  | { type: 'save'; name: string; text: string }
  | { type: 'error'; message: string };
