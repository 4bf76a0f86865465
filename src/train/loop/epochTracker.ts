/** Loss and metrics over the epoch under way, from what each step returns anyway. */
import type { TargetInfo } from '../../data/dataset';
import type { LossSpec, StepResult } from '../../engine/engine';
import { batchWeight } from '../../engine/losses/_reduction';
import type { Metric } from '../metric';
import { measure } from '../metricRegistry';
import { predictionsOf } from '../predict/predictions';
import type { Checkpoint } from '../runs/checkpoint';
import type { Metrics } from '../runs/run';

/** Outputs kept for metrics; beyond it, batches that are evenly spaced over the epoch stand for all. */
const outputLimit = 2 ** 24;

/** What an epoch's steps are made of. */
export interface EpochSizes {
  /** Of the epoch, in as many batches of `batch` as they fill; the last may be smaller. */
  rows: number;
  batch: number;
  /** The most rows whose answers are looked at. */
  most: number;
}

/** Places [from, to) in the order of the epoch. */
export type Stretch = readonly [from: number, to: number];

export class EpochTracker {
  private lossSum = 0;
  private rows = 0;
  private steps = 0;
  private output = new Float32Array(0);
  private outputEnd = 0;
  private outputShape: readonly number[] = [];
  private kept: Stretch[] = [];

  constructor(
    private readonly metrics: readonly Metric[],
    private readonly target: TargetInfo,
    private readonly loss: LossSpec,
    private readonly sizes: EpochSizes,
  ) {}

  add({ loss, output }: StepResult, rows: number): void {
    this.lossSum += loss * batchWeight(this.loss, rows);
    if (this.output.length === 0) this.begin(output.shape.slice(1));
    if (this.isKept(this.steps)) {
      this.output.set(output.data, this.outputEnd);
      this.outputEnd += output.data.length;
      this.kept.push([this.rows, this.rows + rows]);
    }
    this.rows += rows;
    this.steps++;
  }

  /** @param targets of these places of the epoch's order, one stretch after the other; `groups` likewise. */
  result(
    targets: (places: readonly Stretch[]) => ArrayLike<number>,
    groups?: (places: readonly Stretch[]) => ArrayLike<number> | undefined,
  ): Metrics {
    if (this.rows === 0) return {};
    const output = {
      shape: [this.kept.reduce((n, [from, to]) => n + to - from, 0), ...this.outputShape],
      data: this.output.subarray(0, this.outputEnd),
    };
    return {
      loss: this.lossSum / this.rows,
      ...measure(this.metrics, predictionsOf(output, this.target, this.loss.name), targets(this.kept), {
        ignore: this.target.ignore,
        groups: groups?.(this.kept),
      }),
    };
  }

  /** What a checkpoint in the middle of an epoch keeps. */
  partial(): Checkpoint['partial'] {
    return { lossSum: this.lossSum, output: this.output.slice(0, this.outputEnd) };
  }

  /** Goes on from `partial`, after so many rows: which batches it holds follows from their number. */
  restore(partial: NonNullable<Checkpoint['partial']>, rows: number, outputShape: readonly number[]): void {
    this.begin(outputShape);
    this.lossSum = partial.lossSum;
    this.output.set(partial.output);
    this.outputEnd = partial.output.length;
    for (; this.rows < rows; this.steps++) {
      const to = Math.min(rows, this.rows + this.sizes.batch);
      if (this.isKept(this.steps)) this.kept.push([this.rows, to]);
      this.rows = to;
    }
  }

  private begin(outputShape: readonly number[]): void {
    this.outputShape = outputShape;
    const { rows, batch } = this.sizes;
    const batches = Math.floor(Math.ceil(rows / batch) / this.stride);
    this.output = new Float32Array(Math.min(rows, Math.max(1, batches) * batch) * this.width);
  }

  private get width(): number {
    return this.outputShape.reduce((a, b) => a * b, 1);
  }

  /** Of so many batches the last is kept. */
  private get stride(): number {
    const { rows, batch, most } = this.sizes;
    const fit = Math.min(most, outputLimit / this.width);
    return rows <= fit ? 1 : Math.ceil(Math.ceil(rows / batch) / Math.max(1, Math.floor(fit / batch)));
  }

  private isKept(step: number): boolean {
    return step % this.stride === this.stride - 1;
  }
}
