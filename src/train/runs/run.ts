/** What a training run is: its folder, its events, its result. Written by train/, read by everyone. */
import type { BackendInfo } from '../../engine/engine';

/** Metrics of one split, e.g. { loss: 0.31, accuracy: 0.97 }. */
export type Metrics = Record<string, number>;

export type RunState = 'running' | 'paused' | 'finished' | 'stopped' | 'failed';

/** One line of `metrics.jsonl`, of the command line's --json output, and of the engine's notifications. */
export type RunEvent =
  | {
      event: 'start';
      run: string;
      model: string;
      epochs: number;
      steps: number;
      parameters: number;
      backend: BackendInfo;
      resumedFrom?: number;
      /** Columns that alone give the answer away: results with them are better than use will be. */
      leaks?: readonly string[];
    }
  /**
   * Sent at most every 50 ms, and before a checkpoint and the end. `step` counts from the start of the run. In a run of
   * at most 2,000 steps `earlier` holds those since the last event, the oldest first, so that none is missing.
   */
  | {
      event: 'step';
      run: string;
      epoch: number;
      step: number;
      loss: number;
      learningRate: number;
      samplesPerSecond: number;
      earlier?: { loss: readonly number[]; learningRate: readonly number[] };
    }
  | {
      event: 'epoch';
      run: string;
      epoch: number;
      train: Metrics;
      valid: Metrics;
      seconds: number;
      gradientNorms?: Record<string, number>;
    }
  /** How the values are spread after some of the epochs, at most about fifty times a run. */
  | {
      event: 'layers';
      run: string;
      epoch: number;
      /** Of weights after the epoch, and of gradients in its last step, by parameter name. */
      weights: Readonly<Record<string, Spread>>;
      gradients: Readonly<Record<string, Spread>>;
    }
  | { event: 'state'; run: string; state: RunState; message?: string }
  | {
      event: 'end';
      run: string;
      backend: string;
      seconds: number;
      epochs: number;
      state: RunState;
      test: Metrics;
    };

/** [min, max, count, count, …]: counts over [min, max] in equal bins. */
export type Spread = readonly number[];

/** `.vitrine/runs/<id>/run.json`, rewritten atomically. */
export interface RunRecord {
  id: string;
  /** As the user calls it. */
  name?: string;
  /** ISO 8601. */
  started: string;
  ended?: string;
  state: RunState;
  /** Absolute path of the experiment file; in a run that ships with a sample relative to the run's folder. */
  experiment: string;
  model: { file: string; class: string; parameters: number };
  seed: number;
  backend: string;
  epochs: number;
  epochsDone: number;
  /** Time trained when it ended, over all processes that it went through, without pauses. */
  seconds?: number;
  dataHash: string;
  /** The epoch whose weights are kept: the last one, or the best. */
  keptEpoch?: number;
  test?: Metrics;
  message?: string;
  /** The process that trains; a run that says "running" while it is gone was killed. */
  pid?: number;
}

/** Files of a run's folder. */
export const runFiles = {
  record: 'run.json',
  experiment: 'experiment.vitrine.json',
  model: 'model.json',
  metrics: 'metrics.jsonl',
  preparation: 'preparation.json',
  weights: 'weights.safetensors',
  checkpoint: 'checkpoint.safetensors',
  best: 'best.safetensors',
  /** A folder: weights of some epochs, for explanations of how the run learned. */
  epochs: 'epochs',
  explanations: 'explanations',
} as const;

/** How long a run that has ended took to train; undefined while it has not. */
export function secondsOf({ seconds, started, ended }: RunRecord): number | undefined {
  // Records of earlier versions have the two ends only.
  return seconds ?? (ended === undefined ? undefined : (Date.parse(ended) - Date.parse(started)) / 1000);
}
