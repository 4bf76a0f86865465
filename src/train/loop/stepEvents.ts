/** Tells the steps of a run: a few times a second, and of a short run every one. */
import { shortRun } from '../runs/metricsLog';
import type { RunEvent } from '../runs/run';

type StepEvent = Extract<RunEvent, { event: 'step' }>;

/** Events are at least this far apart, in milliseconds. */
const every = 50;

export interface StepEventsOptions {
  run: string;
  /** Of an epoch, and of the whole run. */
  perEpoch: number;
  total: number;
  emit(event: StepEvent): void;
}

export class StepEvents {
  private readonly began = performance.now();
  private told = Number.NEGATIVE_INFINITY;
  /** Rows since then. */
  private rows = 0;
  private step = 0;
  /** Steps since then; of a long run the last one alone. */
  private untold: { loss: number; learningRate: number }[] = [];

  constructor(private readonly options: StepEventsOptions) {}

  /** Takes a step in. @param taken `step` counts from the start of the run, `rows` are those of its batch. */
  add(taken: { step: number; loss: number; learningRate: number; rows: number }): void {
    if (this.options.total > shortRun) this.untold = [];
    this.untold.push({ loss: taken.loss, learningRate: taken.learningRate });
    this.step = taken.step;
    this.rows += taken.rows;
    if (performance.now() - this.told >= every) this.tell();
  }

  /** Tells what was not told yet: before a checkpoint and at the end. */
  tell(): void {
    const last = this.untold.pop();
    if (!last) return;
    const { run, perEpoch, emit } = this.options;
    const earlier = this.untold;
    const now = performance.now();
    const since = now - Math.max(this.told, this.began);
    emit({
      event: 'step',
      run,
      epoch: Math.ceil(this.step / perEpoch),
      step: this.step,
      ...last,
      samplesPerSecond: (this.rows / Math.max(since, 0.01)) * 1000,
      ...(earlier.length > 0 && {
        earlier: { loss: earlier.map(s => s.loss), learningRate: earlier.map(s => s.learningRate) },
      }),
    });
    this.untold = [];
    this.told = now;
    this.rows = 0;
  }
}
