/** What a run's events come to: curves, progress, and the last word of each kind. */
import type { Metrics, RunEvent, RunRecord, RunState, Spread } from './run';

export interface EpochPoint {
  epoch: number;
  /** Steps from the start of the run until its end. */
  step: number;
  train: Metrics;
  valid: Metrics;
  seconds: number;
}

/** Spreads of one epoch, by parameter name. */
export interface LayersPoint {
  epoch: number;
  weights: Readonly<Record<string, Spread>>;
  gradients: Readonly<Record<string, Spread>>;
}

export interface History {
  steps: { step: number[]; loss: number[]; learningRate: number[]; samplesPerSecond: number[] };
  epochs: EpochPoint[];
  /** Names of metrics besides the loss, in the order of first appearance. */
  metrics: string[];
  gradientNorms?: Readonly<Record<string, number>>;
  layers: LayersPoint[];
  state?: RunState;
  /** Messages of state events that carry one, the newest last. */
  messages: { state: RunState; message: string }[];
  resumedFrom?: number;
  /** Columns that alone give the answer away. */
  leaks?: readonly string[];
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
  const epochs = new Map<number, EpochPoint>();
  const metrics = new Set<string>();
  const history: History = {
    steps: { step: [], loss: [], learningRate: [], samplesPerSecond: [] },
    epochs: [],
    metrics: [],
    layers: [],
    messages: [],
    state: record?.state,
    done: 0,
    total: record?.epochs ?? 0,
    fraction: 0,
    test: record?.test,
  };
  let totalSteps = 0;
  let lastStep = 0;
  let lastEpoch = 0;
  let rate = 0;
  for (const e of events) {
    if (e.event === 'start') {
      history.total = e.epochs;
      totalSteps = e.steps;
      if (e.resumedFrom !== undefined) {
        history.resumedFrom = e.resumedFrom;
        // That it was stopped before is over; whether it still runs, its record tells.
        history.state = record?.state ?? 'running';
        history.messages = history.messages.filter(m => m.state !== 'stopped');
      }
      if (e.leaks) history.leaks = e.leaks;
    } else if (e.event === 'step') {
      // After a resume the count goes back; what lies beyond was lost.
      const { step, loss, learningRate, samplesPerSecond } = history.steps;
      const earlier = e.earlier?.loss.length ?? 0;
      while (step.length > 0 && step[step.length - 1]! >= e.step - earlier)
        for (const column of [step, loss, learningRate, samplesPerSecond]) column.pop();
      for (let i = 0; i < earlier; i++) {
        step.push(e.step - earlier + i);
        loss.push(e.earlier!.loss[i]!);
        learningRate.push(e.earlier!.learningRate[i]!);
        samplesPerSecond.push(e.samplesPerSecond);
      }
      step.push(e.step);
      loss.push(e.loss);
      learningRate.push(e.learningRate);
      samplesPerSecond.push(e.samplesPerSecond);
      lastStep = e.step;
      rate = rate ? 0.8 * rate + 0.2 * e.samplesPerSecond : e.samplesPerSecond;
    } else if (e.event === 'epoch') {
      // Only a resume goes back: looking through all epochs at each would take ever longer.
      if (e.epoch < lastEpoch)
        for (const known of [...epochs.keys()]) if (known > e.epoch) epochs.delete(known);
      lastEpoch = e.epoch;
      const { epoch, train, valid, seconds } = e;
      const exact = totalSteps && history.total ? (totalSteps / history.total) * epoch : lastStep;
      epochs.set(epoch, { epoch, step: exact, train, valid, seconds });
      for (const m of [...Object.keys(train), ...Object.keys(valid)]) if (m !== 'loss') metrics.add(m);
      if (e.gradientNorms) history.gradientNorms = e.gradientNorms;
    } else if (e.event === 'layers') {
      while ((history.layers.at(-1)?.epoch ?? 0) >= e.epoch) history.layers.pop();
      history.layers.push({ epoch: e.epoch, weights: e.weights, gradients: e.gradients });
    } else if (e.event === 'state') {
      history.state = e.state;
      if (e.message) history.messages.push({ state: e.state, message: e.message });
    } else {
      history.state = e.state;
      history.test = e.test;
      history.seconds = e.seconds;
    }
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
