/** What is known of a run while it is under way, made of its events. */
import type { Metrics, RunEvent, RunState } from '../../train/runs/run';

export interface LiveRun {
  id: string;
  model: string;
  /** Absolute path of the experiment file. */
  experiment: string;
  epochs: number;
  /** Epochs that are done. */
  epoch: number;
  /** Steps that are done, and steps in all. */
  step: number;
  steps: number;
  loss?: number;
  valid?: Metrics;
  backend: string;
  /** What it runs on, and why it was chosen where it was. */
  executor?: string;
  why?: string | undefined;
  state: RunState;
  message?: string;
  parameters: number;
  samplesPerSecond?: number;
}

export function startLive(event: Extract<RunEvent, { event: 'start' }>, experiment: string): LiveRun {
  return {
    id: event.run,
    model: event.model,
    experiment,
    epochs: event.epochs,
    epoch: event.resumedFrom ?? 0,
    step: event.epochs > 0 ? Math.round(((event.resumedFrom ?? 0) / event.epochs) * event.steps) : 0,
    steps: event.steps,
    ...backendOf(event),
    state: 'running',
    parameters: event.parameters,
  };
}

function backendOf({ backend }: Extract<RunEvent, { event: 'start' }>) {
  const { name, executor, why } = backend;
  return { backend: name, executor, ...(why !== undefined && { why }) };
}

/** Takes an event in; events of other runs are ignored. */
export function follow(live: LiveRun, event: RunEvent): void {
  if (event.run !== live.id) return;
  switch (event.event) {
    case 'start':
      // After a GPU was lost it is another.
      live.why = undefined;
      Object.assign(live, backendOf(event));
      live.epoch = event.resumedFrom ?? live.epoch;
      live.state = 'running';
      break;
    case 'step':
      live.step = event.step;
      live.loss = event.loss;
      live.samplesPerSecond = event.samplesPerSecond;
      break;
    case 'epoch':
      live.epoch = event.epoch;
      live.valid = event.valid;
      if (event.train['loss'] !== undefined) live.loss = event.train['loss'];
      break;
    case 'state':
      live.state = event.state;
      if (event.message !== undefined) live.message = event.message;
      break;
    case 'end':
      live.state = event.state;
      live.epoch = event.epochs;
      break;
  }
}

export function isOver(state: RunState): boolean {
  return state === 'finished' || state === 'stopped' || state === 'failed';
}

/** Share of the work that is done, 0 to 1. */
export function progressOf(live: LiveRun): number {
  if (live.steps > 0) return Math.min(1, live.step / live.steps);
  return live.epochs > 0 ? Math.min(1, live.epoch / live.epochs) : 0;
}

/** Above this many events of a kind the older half is thinned, so that a run of any length stays drawable. */
export const MAX_EVENTS = 6000;

/**
 * Adds events to a list in place. When there are too many steps (or epochs), every second one of the older half goes;
 * states and the end always stay.
 */
export function appendEvents(list: RunEvent[], more: readonly RunEvent[], limit = MAX_EVENTS): void {
  const before = list.length;
  for (const e of more) list.push(e);
  // Counting costs as much as the list is long: now and then is enough.
  const stride = Math.max(1, limit >> 3);
  if (list.length <= limit || Math.floor(before / stride) === Math.floor(list.length / stride)) return;
  for (const kind of ['step', 'epoch'] as const) {
    const all = list.reduce((n, e) => n + (e.event === kind ? 1 : 0), 0);
    if (all <= limit) continue;
    let seen = 0;
    let kept = 0;
    for (const e of list) {
      const drop = e.event === kind && seen++ < all / 2 && seen % 2 === 0;
      if (!drop) list[kept++] = e;
    }
    list.length = kept;
  }
}
