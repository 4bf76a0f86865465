/** What the page of one model file and the extension host say to each other. */
import type { Diagnostic, Model } from '../../model/graph';
import type { ModelFile, TensorStatistics } from '../../service/protocol';

export interface ModelFileState {
  /** The file's name, while there is nothing else yet. */
  name: string;
  busy: boolean;
  error?: string;
  contents?: Omit<ModelFile, 'model'>;
  /** With nodes; absent where there is no graph, or not yet. */
  graph?: Model;
  /** A graph is on its way. */
  graphBusy: boolean;
  diagnostics: readonly Diagnostic[];
  /** What the buttons may do here. */
  actions: readonly ModelFileAction[];
}

export type ModelFileAction = 'train' | 'ask' | 'explain' | 'export' | 'compare';

/** Host -> page. */
export type ToModelFile =
  | { type: 'state'; state: ModelFileState; strings: Record<string, string> }
  | { type: 'tensor'; name: string; statistics?: TensorStatistics; error?: string };

/** Page -> host. */
export type FromModelFile =
  | { type: 'ready' }
  | { type: 'tensor'; name: string }
  | { type: 'action'; action: ModelFileAction }
  /** Shows where a layer is defined, for graphs that come from a source. */
  | { type: 'reveal'; module: string; node?: string }
  | { type: 'save'; name: string; text: string }
  | { type: 'error'; message: string };
