/** Loss and metrics over the epoch under way, from what each step returns anyway. */
import type { TargetInfo } from '../data/dataset';
import type { StepResult } from '../engine/engine';
import type { Checkpoint } from './checkpoint';
import type { Metric } from './metric';
import { measure } from './metricRegistry';
import { predictionsOf } from './predictions';
import type { Metrics } from './run';

/** Outputs kept for metrics; beyond it, the metrics of the training split are those of the epoch's first rows. */
const outputLimit = 2 ** 24;

export class EpochTracker {
  private lossSum = 0;
  private rows = 0;
  private output = new Float32Array(0);
  private outputEnd = 0;
  private outputShape: readonly number[] = [];
  private outputRows = 0;

  constructor(
    private readonly metrics: readonly Metric[],
    private readonly target: TargetInfo,
    private readonly loss: string,
  ) {}

  add({ loss, output }: StepResult, rows: number, totalRows: number): void {
    this.lossSum += loss * rows;
    this.rows += rows;
    const width = output.data.length / rows;
    if (this.output.length === 0)
      this.output = new Float32Array(
        Math.max(rows, Math.min(totalRows, Math.floor(outputLimit / width))) * width,
      );
    this.outputShape = output.shape.slice(1);
    if (this.outputEnd + output.data.length <= this.output.length) {
      this.output.set(output.data, this.outputEnd);
      this.outputEnd += output.data.length;
      this.outputRows += rows;
    }
  }

  /** @param targets of the epoch's rows, in the order in which they were added; `groups` likewise. */
  result(
    targets: (rows: number) => ArrayLike<number>,
    groups?: (rows: number) => ArrayLike<number> | undefined,
  ): Metrics {
    if (this.rows === 0) return {};
    const output = {
      shape: [this.outputRows, ...this.outputShape],
      data: this.output.subarray(0, this.outputEnd),
    };
    return {
      loss: this.lossSum / this.rows,
      ...measure(this.metrics, predictionsOf(output, this.target, this.loss), targets(this.outputRows), {
        ignore: this.target.ignore,
        groups: groups?.(this.outputRows),
      }),
    };
  }

  /** What a checkpoint in the middle of an epoch keeps. */
  partial(): Checkpoint['partial'] {
    return { lossSum: this.lossSum, output: this.output.slice(0, this.outputEnd) };
  }

  /** Goes on from `partial`. */
  restore(
    partial: NonNullable<Checkpoint['partial']>,
    rows: number,
    outputShape: readonly number[],
    totalRows: number,
  ): void {
    const width = outputShape.reduce((a, b) => a * b, 1);
    this.lossSum = partial.lossSum;
    this.rows = rows;
    this.outputShape = outputShape;
    this.outputEnd = partial.output.length;
    this.outputRows = partial.output.length / width;
    this.output = new Float32Array(
      Math.max(this.outputRows, Math.min(totalRows, Math.floor(outputLimit / width))) * width,
    );
    this.output.set(partial.output);
  }
}
