/** What the page of one model file and the extension host say to each other. */
import type { Diagnostic, Model } from '../../model/graph';
import type { Packed } from '../../service/packed';
import type { ModelFile, TensorStatistics } from '../../service/protocol';

export interface ModelFileState {
  /** The file's name, while there is nothing else yet. */
  name: string;
  busy: boolean;
  error?: string;
  /** A graph is on its way. */
  graphBusy: boolean;
  diagnostics: readonly Diagnostic[];
  /** What the buttons may do here. */
  actions: readonly ModelFileAction[];
  /** The configuration that the graph was read from, where that is not the file. */
  described?: string;
}

/** What is large, as the reader process packed it; null where there is nothing, or nothing any more. */
export interface ModelFileParts {
  contents: Packed<ModelFile> | null;
  /** With nodes. */
  graph: Packed<Model> | null;
}

export type ModelFileAction = 'train' | 'ask' | 'explain' | 'export' | 'compare';

/** Host -> page. */
export type ToModelFile =
  /** The parts that are new to the page, and its words the first time. */
  | { type: 'state'; state: ModelFileState; parts: Partial<ModelFileParts>; strings?: Record<string, string> }
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
