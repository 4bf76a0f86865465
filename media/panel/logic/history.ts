/** What a run's events come to: curves, progress, and the last word of each kind. */
import type { Metrics, RunEvent, RunRecord, RunState } from '../../../src/train/run';

export interface EpochPoint {
  epoch: number;
  /** Steps from the start of the run until its end. */
  step: number;
  train: Metrics;
  valid: Metrics;
  seconds: number;
}

export interface History {
  steps: { step: number[]; loss: number[]; learningRate: number[] };
  epochs: EpochPoint[];
  /** Names of metrics besides the loss, in the order of first appearance. */
  metrics: string[];
  gradientNorms?: Readonly<Record<string, number>>;
  state?: RunState;
  /** Messages of state events that carry one, the newest last. */
  messages: { state: RunState; message: string }[];
  resumedFrom?: number;
  samplesPerSecond?: number;
  /** Epochs done, of how many. */
  done: number;
  total: number;
  /** 0 to 1, within the epoch too where steps are known. */
  fraction: number;
  secondsLeft?: number;
  seconds?: number;
  test?: Metrics;
}

/**
 * Later events win: a run that resumes from a checkpoint replays steps that it had done, and the replay is what
 * counts.
 */
export function historyOf(events: readonly RunEvent[], record?: RunRecord): History {
  const steps = new Map<number, { loss: number; learningRate: number }>();
  const epochs = new Map<number, EpochPoint>();
  const metrics = new Set<string>();
  const history: History = {
    steps: { step: [], loss: [], learningRate: [] },
    epochs: [],
    metrics: [],
    messages: [],
    state: record?.state,
    done: 0,
    total: record?.epochs ?? 0,
    fraction: 0,
    test: record?.test,
  };
  let totalSteps = 0;
  let lastStep = 0;
  let rate = 0;
  for (const e of events) {
    if (e.event === 'start') {
      history.total = e.epochs;
      totalSteps = e.steps;
      if (e.resumedFrom !== undefined) history.resumedFrom = e.resumedFrom;
    } else if (e.event === 'step') {
      // After a resume the count goes back; what lies beyond was lost.
      if (e.step < lastStep) for (const s of [...steps.keys()]) if (s >= e.step) steps.delete(s);
      steps.set(e.step, { loss: e.loss, learningRate: e.learningRate });
      lastStep = e.step;
      rate = rate ? 0.8 * rate + 0.2 * e.samplesPerSecond : e.samplesPerSecond;
    } else if (e.event === 'epoch') {
      for (const known of [...epochs.keys()]) if (known > e.epoch) epochs.delete(known);
      const { epoch, train, valid, seconds } = e;
      const exact = totalSteps && history.total ? (totalSteps / history.total) * epoch : lastStep;
      epochs.set(epoch, { epoch, step: exact, train, valid, seconds });
      for (const m of [...Object.keys(train), ...Object.keys(valid)]) if (m !== 'loss') metrics.add(m);
      if (e.gradientNorms) history.gradientNorms = e.gradientNorms;
    } else if (e.event === 'state') {
      history.state = e.state;
      if (e.message) history.messages.push({ state: e.state, message: e.message });
    } else {
      history.state = e.state;
      history.test = e.test;
      history.seconds = e.seconds;
    }
  }
  for (const [step, s] of [...steps].sort(([a], [b]) => a - b)) {
    history.steps.step.push(step);
    history.steps.loss.push(s.loss);
    history.steps.learningRate.push(s.learningRate);
  }
  history.epochs = [...epochs.values()].sort((a, b) => a.epoch - b.epoch);
  history.metrics = [...metrics];
  history.done = Math.max(record?.epochsDone ?? 0, history.epochs.at(-1)?.epoch ?? 0);
  if (rate) history.samplesPerSecond = rate;
  const byEpochs = history.total ? history.done / history.total : 0;
  history.fraction = Math.min(1, totalSteps ? Math.max(byEpochs, lastStep / totalSteps) : byEpochs);
  const perEpoch = mean(history.epochs.slice(-5).map(e => e.seconds));
  if (perEpoch !== undefined && history.total) {
    history.secondsLeft = Math.max(0, (1 - history.fraction) * history.total * perEpoch);
  }
  return history;
}

function mean(values: readonly number[]): number | undefined {
  return values.length ? values.reduce((a, b) => a + b, 0) / values.length : undefined;
}
