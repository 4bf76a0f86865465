/**
 * The one protocol between whoever shows (editor, command line) and the engine process: JSON-RPC methods with their
 * parameters and results. Large arrays are typed arrays; the transport carries them as binary.
 */

import type { Box } from '../data/boxes/grid';
import type { FeatureInfo, Modality, RawSample, Split, TargetInfo } from '../data/dataset';
import type { AugmentChoice, Transform } from '../data/image/augmentChoices';
import type { DataOverview } from '../data/overview/overview';
import type { BackendInfo } from '../engine/engine';
import type { Anchor, AnchorCall } from '../explain/anchors/anchor';
import type { CounterfactualCall, CounterfactualResult } from '../explain/counterfactual/counterfactual';
import type { FairnessCall } from '../explain/fairness/fairness';
import type { Fairness } from '../explain/fairness/result';
import type { LayerFocus } from '../explain/layers/layerFocus';
import type { Explanation, ExplanationMethod } from '../explain/method';
import type { OptionField } from '../explain/optionFields';
import type { Subject } from '../explain/probe';
import type { Language } from '../explain/words/words';
import type { FileGraph, ModelFile } from '../formats/_contents';
import type { ReadModel, ReadModelRequest } from '../formats/_format';
import type { VersionRequest } from '../formats/_version';
import type { FolderTask } from '../formats/huggingface/tasks';
import type { Diagnostic, Model } from '../model/graph';
import type { Check } from '../train/check';
import type { CheckReport } from '../train/checkRegistry';
import type { ModelComparison, PredictionChanges } from '../train/open/compareModels';
import type { RowPrediction } from '../train/predict/predictRows';
import type { RunComparison } from '../train/runs/compareRuns';
import type { ParameterStatistics } from '../train/runs/parameterStatistics';
import type { RunEvent, RunRecord } from '../train/runs/run';
import type { TensorStatistics } from '../train/runs/tensorStatistics';
import type { WrittenTraining } from '../train/setup/asWritten';
import type { FolderAnswer, FolderQuestion } from './inquiries/askFolder';
import type { Episode, EpisodeRequest } from './inquiries/episode';
import type { Filmstrip } from './inquiries/filmstrip';
import type { FlipsRequest } from './inquiries/flipsRun';
import type { PredictedRow } from './inquiries/predictFile';
import type { ReportRequest } from './inquiries/reportRun';
import type { Robustness, RobustnessRequest } from './inquiries/robustnessRun';
import type { ModelsSince } from './modelsSince';
import type { Packed } from './packed';
import type { BackendReports } from './process/engines';

export type { ModelFile, ParameterStatistics, ReadModel, ReadModelRequest, TensorStatistics };

export interface SampleRequest {
  /** As training sees them in this epoch, from 0, where the experiment alters them by chance. */
  augmented?: number;
  experiment: string;
  split: Split;
  offset: number;
  count: number;
  /** These rows of the source instead, of whichever split; split, offset and count are then without effect. */
  rows?: readonly number[];
}

/** Speech, for the ear and for the eye. */
export interface Heard {
  sound?: { sampleRate: number; samples: Float32Array };
  /** [1, mels, frames]. */
  spectrogram?: { shape: readonly number[]; values: Float32Array };
}

export interface SamplePage {
  modality: Modality;
  sampleShape: readonly number[];
  features: readonly FeatureInfo[];
  target: TargetInfo;
  total: number;
  /** Columns whose groups are to be treated alike, as the experiment says. */
  sensitive?: readonly string[];
  /** Columns that only name the row, and so make no groups. */
  identifiers?: readonly string[];
  /** Training sees its samples altered by chance. */
  augments?: boolean;
  /** Of pictures: how the experiment file, as it stands, alters them, and what else it could do. */
  alters?: { choices: readonly AugmentChoice[]; transforms: readonly Transform[] };
  samples: readonly (RawSample &
    Heard & {
      /** Prepared or, for images and videos, scaled to 0…1, row-major. */
      pixels?: Float32Array;
      /** What is on the picture. */
      boxes?: readonly Box[];
      /** With a run: what the model says. */
      prediction?: {
        label: string;
        probability?: number;
        correct: boolean | null;
        /** What it finds on the picture, the likeliest first. */
        boxes?: readonly Box[];
      } & Heard;
    })[];
}

export interface ExplainRequest {
  /** A run's folder, or an experiment file (its newest finished run is taken). */
  run: string;
  method: string;
  /** Row of the data set. Absent for methods about the whole model. */
  row?: number;
  /** Raw values by column, instead of a row, or in the place of some of the row's own. */
  values?: Readonly<Record<string, string | number | null>>;
  /** Class name or index. */
  target?: string | number;
  /** Of the sentences; English if absent. */
  language?: Language;
  options?: Readonly<Record<string, unknown>>;
}

export interface FairnessRequest extends Omit<FairnessCall, keyof Subject | 'by' | 'dataset' | 'onProgress'> {
  /** A run's folder, or an experiment file (its newest finished run is taken). */
  run: string;
  /** Columns to group by; the experiment's `sensitive` if absent. */
  by?: readonly string[];
}

export interface CounterfactualRequest
  extends Omit<
    CounterfactualCall,
    Exclude<keyof Subject, 'target'> | 'sensitive' | 'dataset' | 'onProgress'
  > {
  /** A run's folder, or an experiment file (its newest finished run is taken). */
  run: string;
}

export interface AnchorRequest
  extends Omit<AnchorCall, Exclude<keyof Subject, 'target'> | 'dataset' | 'onProgress'> {
  /** A run's folder, or an experiment file (its newest finished run is taken). */
  run: string;
}

/** A version of a model: a file, or (with `revision`) the file as git has it. */
export interface DiffSide extends VersionRequest {
  label: string;
  revision?: string;
}

export interface ModelDifference extends ModelComparison {
  models: { before: Model; after: Model };
  /** Both as text, a line a layer. */
  texts: { before: string; after: string };
}

/** What a run's model gets right and wrong on a split, row by row. */
export interface Evaluation {
  split: Split;
  kind: 'classes' | 'number';
  /** Names of the classes; empty for numbers. */
  classes: readonly string[];
  /** Rows of the data set, in the split's order; all arrays below are as long. */
  rows: Int32Array;
  /** Index of the class, or the number. */
  targets: Float64Array;
  predicted: Float64Array;
  /** Of the predicted class; empty for numbers, and where the output cannot be read as probabilities. */
  confidence: Float32Array;
  /** Negative log-likelihood of the target, or the absolute error. */
  loss: Float32Array;
}

/** What happens at each node of a graph when rows pass through it, by node id. */
export interface LayerActivity {
  /** How many rows were looked at. */
  rows: number;
  /** Share of outputs that are exactly zero. */
  zeros: Readonly<Record<string, number>>;
  /** With a row: sum over the node's outputs of |activation × gradient of the explained output|. */
  attribution?: Readonly<Record<string, number>>;
}

/** How long each node of a graph takes, by node id. */
export interface LayerTimes {
  /** How many rows passed at once. */
  rows: number;
  /** False where the model has no gradient: then only the way forward was timed. */
  backward: boolean;
  /** Of one row, forward and back. */
  seconds: Readonly<Record<string, number>>;
}

/** An explanation method as a menu shows it. */
export type MethodSummary = Pick<ExplanationMethod, 'id' | 'title' | 'summary' | 'scope' | 'ofClass'> & {
  /** Why it does not fit the run's model, in a sentence. */
  unsuited?: string;
  /** What can be chosen of it, as a form shows it. */
  options: readonly OptionField[];
};

export interface FilmstripRequest {
  /** A run's folder, or an experiment file (its newest finished run is taken). */
  run: string;
  row: number;
  method: string;
  /** Of the sentences; English if absent. */
  language?: Language;
}

export interface WhatIfRequest {
  /** A run's folder, or an experiment file (its newest finished run is taken). */
  run: string;
  row: number;
  /** Raw values by column that take the place of the row's own. */
  values: Readonly<Record<string, string | number | null>>;
}

/** A model check as a tree shows it. */
export type CheckSummary = Pick<Check, 'id' | 'title' | 'summary'>;

/** method -> [parameters, result] */
export interface Requests {
  /** With `weights`, a checkpoint that the class (`class`) is to start from is held against its parameters. */
  'model/read': [ReadModelRequest & { weights?: string }, Record<string, ReadModel>];
  /** As `model/read`, for someone who has an answer to it: `since` is its name. */
  'model/readSince': [ReadModelRequest & { weights?: string; since?: string }, ModelsSince];
  /** The experiment that trains as the file's own code does, for a folder; and the place in the code. */
  'model/training': [
    { file: string; class?: string; texts?: Readonly<Record<string, string>>; folder: string },
    WrittenTraining,
  ];
  /** The experiment of a policy that learns in an environment, for a folder. */
  'model/acting': [{ file: string; class: string; env: string; folder: string }, { experiment: string }];
  /**
   * What lies in a model file, from its header or directory, for a page. `runs`: the engine lacks nothing of it. `graph`: it or
   * what lies beside it may say how to compute; ask for it at the same time, it takes longer.
   */
  'file/contents': [
    { file: string },
    { packed: Packed<ModelFile>; runs: boolean; described?: string; graph: boolean },
  ];
  /** Its graph, for a page, and what is found in reading it. */
  'file/graph': [
    { file: string },
    Omit<FileGraph, 'model'> & { graph?: { file: string; name: string; packed: Packed<Model> } },
  ];
  /** The values of one of its tensors, in a few numbers. */
  'file/tensor': [{ file: string; tensor: string }, TensorStatistics];
  /** What the model of a Hugging Face folder can be asked for; nothing where it is shown only. `labels`: a classifier takes the reader's own. */
  'folder/task': [{ folder: string }, { task?: FolderTask; labels?: boolean }];
  /** An answer of the model of a Hugging Face folder. */
  'folder/ask': [FolderQuestion, FolderAnswer];
  /** Two versions of a model side by side, with what each is called. */
  'model/diff': [{ before: DiffSide; after: DiffSide }, ModelDifference];
  /** The rows of an experiment's data that two versions predict differently. */
  'model/flips': [FlipsRequest, PredictionChanges];
  /** Writes a model with its weights; `to` is a name of the exporters. `untrained`: there are none, first ones were written. */
  'model/export': [
    VersionRequest & { to: string; output: string },
    { files: readonly string[]; untrained: boolean },
  ];
  /** What the panel can draw of the registry of methods. */
  'methods/list': [{ run?: string; language?: Language } | null, { methods: readonly MethodSummary[] }];
  /** The model checks that there are. */
  'checks/list': [{ language?: Language } | null, { checks: readonly CheckSummary[] }];
  /** Puts an experiment's model and data to checks; all of them if `only` is absent. */
  'checks/run': [
    { experiment: string; only?: readonly string[]; language?: Language },
    { checks: readonly CheckReport[] },
  ];
  'experiment/check': [{ file: string; text?: string }, { diagnostics: readonly Diagnostic[] }];
  'run/start': [
    {
      experiment: string;
      seed?: number;
      backend?: string;
      set?: Readonly<Record<string, unknown>>;
      resume?: string;
    },
    { run: string },
  ];
  'run/stop': [{ run: string }, null];
  'run/pause': [{ run: string }, null];
  'run/continue': [{ run: string }, null];
  /** From the next step on: the learning rate that the run's schedule and groups start from. */
  'run/learningRate': [{ run: string; learningRate: number }, null];
  'run/list': [{ folder: string }, { runs: readonly RunRecord[] }];
  'run/history': [{ folder: string; run: string }, { record: RunRecord; events: readonly RunEvent[] }];
  /** Writes a run's model with its weights; `to` is a name of the exporters. */
  'run/export': [{ folder: string; run: string; to: string; output: string }, { files: readonly string[] }];
  'run/compare': [{ runs: readonly string[] }, RunComparison];
  'run/parameters': [{ folder: string; run: string }, { parameters: readonly ParameterStatistics[] }];
  /** Columns, distributions and warnings; the latter as findings in the experiment file too. */
  'data/overview': [
    { experiment: string; run?: string },
    { overview: DataOverview; diagnostics: readonly Diagnostic[] },
  ];
  'data/samples': [SampleRequest & { run?: string }, SamplePage];
  /** @throws bad-request for runs whose targets are neither one class nor one number a row. */
  'run/evaluation': [{ run: string; split: Split }, Evaluation];
  'run/activity': [{ run: string; row?: number; target?: number }, LayerActivity];
  /** @throws bad-request for a module whose output is no real numbers, or that has none of its own. */
  'run/layer': [{ run: string; module: string }, LayerFocus];
  'run/timing': [{ run: string }, LayerTimes];
  explain: [ExplainRequest, Explanation];
  anchor: [AnchorRequest, Anchor];
  counterfactual: [CounterfactualRequest, CounterfactualResult];
  fairness: [FairnessRequest, Fairness];
  /** The page as text; `name` is what it will be called. */
  report: [ReportRequest, { html: string }];
  robustness: [RobustnessRequest, Robustness];
  filmstrip: [FilmstripRequest, Filmstrip];
  /** Plays one episode with the run's policy as it is now. */
  episode: [EpisodeRequest, Episode];
  'predict/whatIf': [WhatIfRequest, { before: RowPrediction; after: RowPrediction }];
  /** Rows of a file, of a text (a table, JSON or texts), or as they are. */
  predict: [
    {
      run: string;
      input?: string;
      text?: string;
      rows?: Record<string, string | number | null>[];
      /** Id of the method that says why, for each row. */
      explain?: string;
      /** Of the sentences; English if absent. */
      language?: Language;
      /** Of models that speak: with the sound of the first row. */
      sound?: boolean;
      /** Rows that cannot be prepared get an error of their own. */
      keepGoing?: boolean;
    },
    { target: string; rows: PredictedRow[]; sound?: { sampleRate: number; samples: Float32Array } },
  ];
  /** What can compute and how fast; `measure` asks for figures anew. */
  'engine/backends': [{ measure: boolean }, BackendReports];
  'engine/info': [null, { backend: BackendInfo; pid: number }];
}

/** What requests give before their result. */
export interface PartialResults {
  /** The answer before it is judged: its trust is pending. */
  explain: Explanation;
}

/** Sent by the service unasked. */
export interface Notifications {
  'run/event': RunEvent;
  /** Progress of a long request, by the token that its caller chose. */
  progress: { token: string; done: number; message?: string };
  /** What there is of an answer before all of it is there, by the same token; see PartialResults. */
  partial: { token: string; value: unknown };
}

export type Method = keyof Requests;
export type Params<M extends Method> = Requests[M][0];
export type Result<M extends Method> = Requests[M][1];
