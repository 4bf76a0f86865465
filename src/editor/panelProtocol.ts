/**
 * The one protocol between the panel's page and the extension host. The host keeps the state and replays it when a
 * page says that it is ready, because a hidden page gets no messages.
 */
import type { Transform } from '../data/image/augmentChoices';
import type { DataOverview } from '../data/overview/overview';
import type { LayerFocus } from '../explain/layers/layerFocus';
import type { Explanation } from '../explain/method';
import type { OptionField, OptionValue } from '../explain/optionFields';
import type { Mitigate } from '../formats/experiment/mitigation';
import type { Model } from '../model/graph';
import type { Evaluation, SamplePage } from '../service/protocol';
import type { EpochPoint } from '../train/runs/history';
import type { Metrics, RunEvent, RunRecord, RunState } from '../train/runs/run';
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
  /** Of the whole model, but about one class at a time: always, or where an option has this value. */
  ofClass?: true | { readonly option: string; readonly value: string };
  /** Why it does not fit the run's model. */
  unsuited?: string;
  /** What can be chosen of it. */
  options: readonly OptionField[];
}

/** A sample with what is known of its data set: enough to draw and to change it. */
export type SampleOnPage = Omit<SamplePage, 'samples' | 'total'> & { sample: SamplePage['samples'][number] };

/** A line of the table of runs. */
export interface RunRow {
  id: string;
  /** As the user called it. */
  name?: string;
  model: string;
  /** Name of the experiment file, without its suffix. */
  experiment: string;
  /** ISO 8601. */
  started: string;
  state: RunState;
  epochs: number;
  epochsDone: number;
  parameters: number;
  seconds?: number;
  test?: Metrics;
  /** What it was trained with, from its snapshot of the experiment, by path: "optimizer.name", "data.batchSize". */
  settings: Readonly<Record<string, string>>;
}

/** Another run's curves, to lay over those of the run that is shown. */
export interface RunCurves {
  id: string;
  steps: { step: Float64Array; loss: Float64Array };
  epochs: readonly EpochPoint[];
}

/** Figures of single nodes of the graph, by node id, to colour it by. */
export interface LayerFigures {
  /** Floating-point operations of one sample. */
  flops?: Readonly<Record<string, number>>;
  /** Of the run and the row that the rest was measured on. */
  run?: string;
  row?: number;
  /** Seconds that one sample takes forward and back, as measured. */
  seconds?: Readonly<Record<string, number>>;
  /** Share of outputs that are exactly zero, 0 to 1. */
  zeros?: Readonly<Record<string, number>>;
  /** Sum of |activation × gradient| of the explained output. */
  attribution?: Readonly<Record<string, number>>;
}

/** What the graph may be coloured by. */
export type ColourBy = 'parameters' | 'flops' | 'seconds' | 'gradients' | 'zeros' | 'attribution';

/** All that the page shows; the host owns it. */
export interface PanelState {
  view: PanelView;
  model?: Model;
  /** The experiment that training uses, by path, and its name for the heading. */
  experiment?: { path: string; name: string };
  selection: Selection;
  run?: { record: RunRecord; events: readonly RunEvent[] };
  /** Runs of this workspace, the newest first, and the curves of those that are laid over the shown one. */
  runs?: readonly RunRow[];
  compared?: readonly RunCurves[];
  /** What the shown run gets right and wrong on a split. */
  evaluation?: Evaluation & { run: string };
  /** Samples that a cell of the confusion matrix holds, or the worst ones. */
  picked?: SamplePage & { title: string };
  layers?: LayerFigures;
  /** What a layer of the shown run attends to; null where it gives nothing of the kind. */
  focus?: { run: string; module: string; found: LayerFocus | null };
  /** The data as a whole. */
  overview?: DataOverview;
  samples?: SamplePage & { split: 'train' | 'valid' | 'test'; offset: number; augmented?: number };
  methods: readonly MethodChoice[];
  explanation?: Explanation;
  /** The row that `explanation` is about, so that its picture stays when another page of samples is shown. */
  explained?: SampleOnPage;
  /** Other words for the explanation's sentence, by a language model; their numbers agree. */
  rephrased?: { of: string; text: string };
  /** The folder that was chosen last for an option of a method. */
  chosen?: { method: string; option: string; path: string };
  /** VS Code offers a language model. */
  canRephrase?: boolean;
  /** What was asked beyond "why", by kind. */
  inquiries?: InquiryStates;
  /** What is under way, e.g. "Explaining row 3…"; and what went wrong. */
  busy?: string;
  /** It can be given up. */
  busyCancellable?: boolean;
  error?: string;
  /** What went wrong is that the workspace is not trusted. */
  untrusted?: boolean;
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
  /** Asks the shown model of a Hugging Face folder, which has weights without a run. */
  | { type: 'ask' }
  /** Goes on with a run that ended before its last epoch. */
  | { type: 'resume'; run: string }
  | { type: 'stop' }
  | { type: 'pause' }
  | { type: 'continue' }
  /** Describes the data as a whole. */
  | { type: 'overview' }
  | {
      type: 'samples';
      split: 'train' | 'valid' | 'test';
      offset: number;
      count?: number;
      /** As training sees them in this epoch. */
      augmented?: number;
    }
  /** Writes into the experiment file how training pictures are altered; [] takes it out. */
  | { type: 'augment'; transforms: readonly Transform[] }
  /** Writes into the experiment file whose groups are treated alike while training, and trains. */
  | { type: 'mitigate'; by: readonly string[]; mitigate: Mitigate }
  | { type: 'inquire'; inquiry: Inquiry }
  | { type: 'cancelInquiry'; kind: InquiryKind }
  /** Gives up what is under way. */
  | { type: 'cancel' }
  /** Opens the editor's page about trust in the workspace. */
  | { type: 'trust' }
  /** Writes the run's model card as a page. */
  | { type: 'report' }
  /** Puts the explanation's sentence in other words. */
  | { type: 'rephrase' }
  | {
      type: 'explain';
      method: string;
      row?: number;
      target?: string | number;
      /** Those that are not as usual. */
      options?: Readonly<Record<string, OptionValue>>;
    }
  /** Asks for a folder (or file) of examples for an option; it comes back as `chosen`. */
  | { type: 'chooseExamples'; method: string; option: string }
  /** Asks where to save a text file that the page made, such as the graph as SVG; `name` is the suggestion. */
  | { type: 'save'; name: string; text?: string; bytes?: Uint8Array }
  /** Moves the view to an editor group beside this one; here the view before it comes back. */
  | { type: 'side'; view: PanelView; here: PanelView }
  /** Opens the folder's run in this panel; `compare` lays its curves over those of the shown run. */
  | { type: 'showRun'; run: string }
  | { type: 'compare'; runs: readonly string[] }
  /** Something was dropped on the page: addresses, a line each. */
  | { type: 'drop'; text: string }
  | { type: 'evaluate'; split: 'train' | 'valid' | 'test' }
  | { type: 'pick'; title: string; rows: readonly number[] }
  | { type: 'layers'; by: ColourBy }
  /** What does this layer attend to? */
  | { type: 'focus'; module: string }
  | { type: 'learningRate'; value: number }
  | { type: 'error'; message: string };
