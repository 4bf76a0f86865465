/** What a recipe asks of each step and makes of each epoch: learning rates, shares of gradients, when it is enough. */
import type { TObject } from '@sinclair/typebox';
import { requireOptimizer } from '../../engine/definitions';
import type { OptimizerSpec } from '../../engine/engine';
import { batchWeight } from '../../engine/losses/_reduction';
import { ScheduleRunner } from '../../engine/scheduleRunner';
import type { StepOptions } from '../../engine/updates';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import type { Metric } from '../metric';
import type { RecipeProgress } from '../runs/checkpoint';
import type { Metrics } from '../runs/run';
import type { Recipe } from './recipe';

export class Pace {
  private readonly schedule: ScheduleRunner | undefined;
  /** Steps of the optimiser in an epoch, and batches of each. */
  private readonly perEpoch: number;
  private readonly batches: number;
  private learningRate: number | undefined;
  private stopping: { best?: number; waited: number } = { waited: 0 };

  /** @throws bad-experiment for a schedule that does not fit, or a metric that is not tracked. */
  constructor(
    private readonly recipe: Recipe,
    private readonly metrics: readonly Metric[],
    private readonly data: { rows: number; batchSize: number; stepsPerEpoch: number },
  ) {
    this.batches = recipe.accumulate ?? 1;
    this.perEpoch = Math.ceil(data.stepsPerEpoch / this.batches);
    this.schedule =
      recipe.schedule &&
      new ScheduleRunner(recipe.schedule, { epochs: recipe.epochs, stepsPerEpoch: this.perEpoch });
    this.requireTracked('monitor', recipe.monitor);
    this.requireTracked('schedule.monitor', this.schedule?.monitor);
  }

  restore({ learningRate, schedule, stopping }: RecipeProgress = {}): void {
    this.learningRate = learningRate;
    if (schedule) this.schedule?.restore(schedule);
    if (stopping) this.stopping = { ...stopping };
  }

  progress(): RecipeProgress {
    const schedule = this.schedule?.state();
    return {
      ...(this.learningRate !== undefined && { learningRate: this.learningRate }),
      ...(schedule && { schedule }),
      ...(this.recipe.earlyStopping && { stopping: { ...this.stopping } }),
    };
  }

  /** From now on the recipe's rates count in proportion to this one. */
  setLearningRate(learningRate: number): void {
    this.learningRate = learningRate;
  }

  /** Whose momentum the schedule decides, if it does: PyTorch's has one then, even if it was given none. */
  optimizer(): OptimizerSpec {
    const { optimizer } = this.recipe;
    const momentum = this.schedule?.momentum(0, 0);
    const { properties } = requireOptimizer(optimizer.name).options as TObject;
    if (momentum === undefined || !('momentum' in properties) || optimizer.options['momentum'])
      return optimizer;
    return { ...optimizer, options: { ...optimizer.options, momentum } };
  }

  /** @param stepInEpoch batches of the epoch that are complete. @param rows of the batch. */
  stepOptions(epoch: number, stepInEpoch: number, rows: number): StepOptions {
    const { learningRate, groupRates } = this.recipe;
    const share = (this.learningRate ?? learningRate) / learningRate;
    const step = epoch * this.perEpoch + Math.floor(stepInEpoch / this.batches);
    const now = (base: number) => this.schedule?.rate(base * share, epoch, step) ?? base * share;
    const momentum = this.schedule?.momentum(epoch, step);
    return {
      learningRate: now(learningRate),
      ...(groupRates && { groupRates: groupRates.map(r => now(r ?? learningRate)) }),
      ...(momentum !== undefined && { momentum }),
      ...(this.batches > 1 && { accumulate: this.shareOf(stepInEpoch, rows) }),
    };
  }

  /**
   * After an epoch.
   *
   * @returns its score (lower is better; undefined if it has none), and why the run is to end now, if it is.
   */
  epochDone(train: Metrics, valid: Metrics): { score?: number; stop?: string } {
    const valueAt = (name: string) => (Object.keys(valid).length > 0 ? valid[name] : train[name]);
    const watched = this.schedule && valueAt(this.schedule.monitor ?? 'loss');
    if (watched !== undefined) this.schedule!.observe(watched);
    const name = this.recipe.monitor ?? 'loss';
    const value = valueAt(name);
    const higher = this.metrics.find(m => m.id === name)?.better === 'higher';
    const score = value === undefined ? undefined : higher ? -value : value;
    const stop = this.enough(score);
    return { ...(score !== undefined && { score }), ...(stop !== undefined && { stop }) };
  }

  get keepsBest(): boolean {
    return (this.recipe.keep ?? (this.recipe.earlyStopping ? 'best' : 'last')) === 'best';
  }

  private enough(score: number | undefined): string | undefined {
    const { earlyStopping, monitor = 'loss' } = this.recipe;
    if (!earlyStopping) return undefined;
    const { best } = this.stopping;
    if (score !== undefined && (best === undefined || score < best - earlyStopping.minDelta)) {
      this.stopping = { best: score, waited: 0 };
      return undefined;
    }
    this.stopping = { ...this.stopping, waited: this.stopping.waited + 1 };
    if (this.stopping.waited < earlyStopping.patience) return undefined;
    const { waited } = this.stopping;
    return `"${monitor}" has not become better for ${waited} epoch${waited === 1 ? '' : 's'}`;
  }

  private shareOf(stepInEpoch: number, rows: number): { share: number; last: boolean } {
    const { batchSize, stepsPerEpoch, rows: all } = this.data;
    const first = Math.floor(stepInEpoch / this.batches) * this.batches * batchSize;
    return {
      share:
        batchWeight(this.recipe.loss, rows) /
        batchWeight(this.recipe.loss, Math.min(this.batches * batchSize, all - first)),
      last: (stepInEpoch + 1) % this.batches === 0 || stepInEpoch + 1 === stepsPerEpoch,
    };
  }

  private requireTracked(field: string, name: string | undefined): void {
    const known = ['loss', ...this.metrics.map(m => m.id)];
    if (name === undefined || known.includes(name)) return;
    const near = nearest(name, known);
    throw new VitrineError(
      'bad-experiment',
      `${field} is "${name}", which this run does not track.${near ? ` Did you mean "${near}"?` : ''} It tracks ${listed(known)}; "metrics" may name more.`,
    );
  }
}
