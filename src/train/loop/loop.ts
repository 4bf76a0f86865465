/** The training loop: epochs, steps, validation, checkpoints, and the hand on the run. */

import type { RowOrder } from '../../data/dataset';
import type { BoundInput, LossSpec, Trainer } from '../../engine/engine';
import { GROUPS } from '../../engine/penalty';
import { yieldToOthers } from '../../engine/yielding';
import { VitrineError } from '../../model/errors';
import type { Bindings, DType, Tensors } from '../../model/graph';
import { Random } from '../../model/random';
import type { Metric } from '../metric';
import { type SplitEvaluator, splitEvaluator } from '../predict/evaluate';
import { sequenceFigures } from '../predict/sequenceFigures';
import type { Checkpoint } from '../runs/checkpoint';
import type { Metrics, RunRecord, RunState } from '../runs/run';
import type { RunWriter } from '../runs/runWriter';
import { fitTargets } from '../setup/bindings';
import type { TrainRequest } from '../train';
import { requireFinite, requireFiniteLoss } from './divergence';
import { EpochTracker, type Stretch } from './epochTracker';
import type { Mitigation } from './mitigation';
import type { Pace } from './pace';
import { spreadIsDue, spreadsOf } from './spread';
import { StepEvents } from './stepEvents';

export interface TrainSetup {
  loss: LossSpec;
  metrics: readonly Metric[];
  batchSize: number;
  bindings: Bindings;
  /** Of a full batch. */
  outputShape: readonly number[];
  targets: { shape: readonly number[]; dtype: DType };
  parameters: number;
  pace: Pace;
  mitigation?: Mitigation;
}

/** Epochs whose weights are kept for explanations, and what they may take of the disk. */
const keptEpochs = 5;
const mostKeptBytes = 32 * 2 ** 20;

export class TrainingLoop {
  private readonly rows: Int32Array;
  private readonly stepsPerEpoch: number;
  private readonly began = performance.now();
  /** Milliseconds since then that the run was paused. */
  private waited = 0;
  private readonly checkpointEvery: { least: number; most: number };
  /** The first epoch's checkpoint is always due. */
  private lastCheckpoint = Number.NEGATIVE_INFINITY;
  /** Complete epochs, complete steps of the next one, complete steps of the run. */
  private epoch: number;
  private stepInEpoch: number;
  /** Of the last step. */
  private learningRate = 0;
  private step: number;
  private best: Checkpoint['best'];
  /** Why the run ends before its last epoch, once that is known. */
  private enough: string | undefined;
  private trainer!: Trainer;
  private evaluator!: SplitEvaluator;
  /** Of the input of a full batch. */
  private place!: BoundInput;
  /** Of the epoch under way. */
  private tracker!: EpochTracker;
  private readonly steps: StepEvents;

  constructor(
    private readonly request: TrainRequest,
    private readonly setup: TrainSetup,
    private readonly start: Checkpoint,
    private readonly writer: RunWriter,
  ) {
    this.rows = request.dataset.splits.train;
    this.stepsPerEpoch = Math.ceil(this.rows.length / setup.batchSize);
    this.checkpointEvery = request.checkpointEvery ?? { least: 2000, most: 30_000 };
    this.epoch = start.epoch;
    this.stepInEpoch = start.stepInEpoch;
    this.step = start.step;
    this.best = start.best;
    this.steps = new StepEvents({
      run: this.id,
      perEpoch: this.stepsPerEpoch,
      total: this.recipe.epochs * this.stepsPerEpoch,
      emit: event => writer.emit(event),
    });
    setup.pace.restore(start.progress);
  }

  /** Trains to the end, and leaves the folder in order whatever happens. */
  async run(): Promise<RunRecord> {
    try {
      await this.open();
      while (this.epoch < this.recipe.epochs && this.enough === undefined)
        if (await this.runEpoch()) return await this.stopped();
      return await this.finished();
    } catch (e) {
      if (this.request.fallback && isDeviceLost(e)) {
        // The run goes on elsewhere: see beginTraining.
        this.writer.emit({ event: 'state', run: this.id, state: 'running', message: takenOver(e) });
        throw e;
      }
      const message = e instanceof VitrineError ? e.message : 'The run ended by an internal error.';
      // The disk itself may be what failed: the first error is the one to tell.
      await this.end('failed', {}, message).catch(() => {});
      throw e;
    } finally {
      await this.writer.close().catch(() => {});
      await this.evaluator?.dispose().catch(() => {});
      await this.trainer?.dispose().catch(() => {});
    }
  }

  private get recipe() {
    return this.request.experiment.recipe;
  }

  private get id(): string {
    return this.writer.current.id;
  }

  private async open(): Promise<void> {
    const { engine, model, dataset, seed, resume } = this.request;
    const { leaks } = dataset;
    const { bindings, targets, metrics, batchSize, loss, pace, mitigation } = this.setup;
    const { update, recompute } = this.recipe;
    const { weights } = this.start;
    this.trainer = await engine.trainer(model, {
      bindings,
      weights,
      loss: mitigation?.penalty ? { ...loss, penalty: mitigation.penalty } : loss,
      optimizer: pace.optimizer(),
      ...(update && { update }),
      ...(recompute && { recompute }),
      targets,
      seed,
      ...(Object.keys(this.start.optimizer).length > 0 && { state: this.start.optimizer }),
    });
    this.place = await this.trainer.bindInput(model.inputs[0]!);
    this.evaluator = await splitEvaluator({
      engine,
      model,
      dataset,
      loss,
      targets,
      metrics,
      bindings,
      batchSize,
      weights,
    });
    await this.writer.update({ backend: this.trainer.backend.name });
    this.writer.emit({
      event: 'start',
      run: this.id,
      model: model.name,
      epochs: this.recipe.epochs,
      steps: this.recipe.epochs * this.stepsPerEpoch,
      parameters: this.setup.parameters,
      backend: this.trainer.backend,
      ...(resume && { resumedFrom: this.epoch }),
      ...(leaks && leaks.length > 0 && { leaks: leaks.map(l => l.column) }),
    });
    await this.writer.flush();
  }

  /** One epoch, from wherever in it the run stands. True if the run is to end. */
  private async runEpoch(): Promise<boolean> {
    const { dataset, seed } = this.request;
    const began = performance.now();
    // Each epoch has its own stream of chance, so that its order depends on no other epoch.
    const order =
      this.setup.mitigation?.order(this.epoch) ??
      dataset.epochOrder?.(seed, this.epoch) ??
      new Random(seed, `shuffle:${this.epoch}`).shuffle(Int32Array.from(this.rows));
    this.tracker = this.newTracker();
    while (this.stepInEpoch < this.stepsPerEpoch) {
      if (await this.interrupted()) return true;
      if (performance.now() - Math.max(this.began, this.lastCheckpoint) >= this.checkpointEvery.most)
        await this.checkpoint(await this.trainer.weights());
      await this.runStep(order);
    }
    const weights = await this.trainer.weights();
    requireFinite(weights, this.epoch, this.step);
    const train = this.tracker.result(
      places => dataset.batch(rowsAt(order, places)).targets.data,
      places => dataset.groups?.(rowsAt(order, places)),
    );
    const kept = this.recipe.update?.average ? await this.trainer.averagedWeights() : weights;
    const valid = await this.evaluator.run(kept, dataset.splits.valid);
    this.epoch++;
    this.stepInEpoch = 0;
    const { score, stop } = this.setup.pace.epochDone(train, valid);
    if (score !== undefined) this.keepBest(score, kept);
    this.enough = stop;
    this.writer.emit({
      event: 'epoch',
      run: this.id,
      epoch: this.epoch,
      train,
      valid,
      seconds: microseconds(performance.now() - began),
      gradientNorms: await this.trainer.gradientNorms(),
    });
    if (spreadIsDue(this.epoch, this.recipe.epochs))
      this.writer.emit({
        event: 'layers',
        run: this.id,
        epoch: this.epoch,
        weights: spreadsOf(weights),
        gradients: spreadsOf(await this.trainer.gradients()),
      });
    if (this.isKept(weights)) await this.writer.epoch(this.epoch, weights, this.learningRate);
    if (this.checkpointIsDue()) await this.checkpoint(weights);
    else await this.writer.flush();
    return this.epoch < this.recipe.epochs && !this.enough && this.interrupted();
  }

  /** Some epochs, evenly spaced, of models whose weights are small beside a disk. */
  private isKept(weights: Tensors): boolean {
    const { epochs } = this.recipe;
    const size = Object.values(weights).reduce((s, t) => s + t.data.byteLength, 0);
    if (size > mostKeptBytes / keptEpochs || this.epoch >= epochs) return false;
    const part = (epoch: number) => Math.floor((epoch * keptEpochs) / epochs);
    return part(this.epoch) > part(this.epoch - 1);
  }

  /** After a complete epoch. The last one's checkpoint is written by `finished`. */
  private checkpointIsDue(): boolean {
    const { epochs, checkpointEvery } = this.recipe;
    if (this.epoch >= epochs || this.enough) return false;
    if (checkpointEvery !== undefined) return this.epoch % checkpointEvery === 0;
    return performance.now() - this.lastCheckpoint >= this.checkpointEvery.least;
  }

  private newTracker(): EpochTracker {
    const { loss } = this.recipe;
    const { dataset } = this.request;
    const rows = this.rows.length;
    const batch = this.setup.batchSize;
    const tracker = new EpochTracker(this.setup.metrics, dataset.target, loss, {
      rows,
      batch,
      // Their targets are read once more, from the disk for large tables.
      most: dataset.epochOrder ? 50_000 : rows,
    });
    if (this.stepInEpoch > 0 && this.start.partial)
      tracker.restore(
        this.start.partial,
        Math.min(rows, this.stepInEpoch * batch),
        this.setup.outputShape.slice(1),
      );
    return tracker;
  }

  private async runStep(order: RowOrder): Promise<void> {
    const { model, dataset } = this.request;
    const { mitigation } = this.setup;
    const at = this.stepInEpoch * this.setup.batchSize;
    const rows = order.subarray(at, at + this.setup.batchSize);
    const { seed } = this.request;
    // Batches of full size are gathered where the plan reads them.
    const place = rows.length === this.place.shape[0] ? this.place.data : undefined;
    const batch =
      dataset.trainingBatch?.(rows, { seed, epoch: this.epoch }, place) ?? dataset.batch(rows, place);
    const options = this.setup.pace.stepOptions(this.epoch, this.stepInEpoch, rows.length);
    const { learningRate } = options;
    this.learningRate = learningRate;
    const result = await this.trainer.step(
      {
        [model.inputs[0]!]: batch.input,
        ...(mitigation?.groups && { [GROUPS]: mitigation.groups(rows) }),
      },
      fitTargets(batch.targets, this.setup.targets),
      { ...options, inPlace: true },
    );
    this.stepInEpoch++;
    this.step++;
    requireFiniteLoss(result.loss, this.epoch, this.step, learningRate);
    this.tracker.add(result, rows.length);
    this.steps.add({ step: this.step, loss: result.loss, learningRate, rows: rows.length });
    await yieldToOthers();
  }

  private keepBest(score: number, weights: Tensors): void {
    if (this.best && score >= this.best.score) return;
    this.best = { epoch: this.epoch, score, weights };
  }

  /** Looks at the hand on the run; waits while it is paused. True if the run is to end. */
  private async interrupted(): Promise<boolean> {
    const { control, signal } = this.request;
    if (control?.paused && !signal?.aborted) {
      // A paused run may never be continued in this process.
      await this.checkpoint(await this.trainer.weights());
      await this.enter('paused');
      const from = performance.now();
      await control.untilContinued(signal);
      this.waited += performance.now() - from;
      if (!control.stopped && !signal?.aborted) await this.enter('running');
    }
    const learningRate = control?.takeLearningRate();
    if (learningRate !== undefined) this.changeLearningRate(learningRate);
    return signal?.aborted === true || control?.stopped === true;
  }

  private changeLearningRate(learningRate: number): void {
    this.setup.pace.setLearningRate(learningRate);
    const message = `The learning rate is ${learningRate} from step ${this.step + 1} on.`;
    this.writer.emit({ event: 'state', run: this.id, state: 'running', message });
  }

  private async enter(state: RunState): Promise<void> {
    await this.writer.update({ state });
    this.writer.emit({ event: 'state', run: this.id, state });
    await this.writer.flush();
  }

  private async checkpoint(weights: Tensors): Promise<void> {
    this.steps.tell();
    requireFinite(weights, this.epoch, this.step);
    await this.writer.checkpoint({
      epoch: this.epoch,
      stepInEpoch: this.stepInEpoch,
      step: this.step,
      seconds: this.seconds(),
      seed: this.request.seed,
      weights,
      optimizer: await this.trainer.state(),
      progress: this.setup.pace.progress(),
      ...(this.best && { best: this.best }),
      ...(this.stepInEpoch > 0 && { partial: this.tracker.partial() }),
    });
    if (this.best) await this.writer.weights('best', this.best.weights, { epoch: String(this.best.epoch) });
    await this.writer.update({ epochsDone: this.epoch });
    this.lastCheckpoint = performance.now();
  }

  private async finished(): Promise<RunRecord> {
    const kept = await this.saveWeights();
    const message = this.enough && `Ended early, after epoch ${this.epoch}: ${this.enough}.${kept.told}`;
    return this.end('finished', await this.test(kept.weights), message, kept.epoch);
  }

  private async stopped(): Promise<RunRecord> {
    const kept = await this.saveWeights();
    const message = `Stopped after ${this.epoch} of ${this.recipe.epochs} epochs.${kept.told}`;
    return this.end('stopped', await this.test(kept.weights), message, kept.epoch);
  }

  /** A checkpoint, and the weights that the run is tested with and predicts with. */
  private async saveWeights(): Promise<{ weights: Tensors; epoch: number; told: string }> {
    await this.checkpoint(await this.trainer.weights());
    const best = this.setup.pace.keepsBest ? this.best : undefined;
    const weights = best?.weights ?? (await this.trainer.averagedWeights());
    const epoch = best?.epoch ?? this.epoch;
    await this.writer.weights('weights', weights, { epoch: String(epoch) });
    return { weights, epoch, told: best ? ` The weights of epoch ${epoch}, the best, are kept.` : '' };
  }

  /** {} if there are no rows to test, or if the user wants the run to end now. */
  private async test(weights: Tensors): Promise<Metrics> {
    const { dataset, signal } = this.request;
    const { test } = dataset.splits;
    if (signal?.aborted) return {};
    try {
      const figures = await this.evaluator.run(weights, test, signal);
      return { ...figures, ...(await sequenceFigures({ ...this.request, weights }, test)) };
    } catch (e) {
      if (e instanceof VitrineError && e.code === 'cancelled') return {};
      throw e;
    }
  }

  private async end(
    state: RunState,
    test: Metrics,
    message?: string,
    keptEpoch?: number,
  ): Promise<RunRecord> {
    this.steps.tell();
    if (message !== undefined) this.writer.emit({ event: 'state', run: this.id, state, message });
    await this.writer.update({
      state,
      ended: new Date().toISOString(),
      epochsDone: this.epoch,
      seconds: this.seconds(),
      ...(Object.keys(test).length > 0 && { test }),
      ...(message !== undefined && { message }),
      ...(keptEpoch !== undefined && { keptEpoch }),
    });
    // Told when it is true on disk: who hears of the end may read the folder at once.
    this.writer.emit({
      event: 'end',
      run: this.id,
      backend: this.writer.current.backend,
      seconds: this.seconds(),
      epochs: this.epoch,
      state,
      test,
    });
    await this.writer.flush();
    return this.writer.current;
  }

  /** Time trained, over all processes that the run went through, without pauses. */
  private seconds(): number {
    return microseconds(this.start.seconds * 1000 + performance.now() - this.began - this.waited);
  }
}

export function isDeviceLost(e: unknown): e is VitrineError {
  return e instanceof VitrineError && e.code === 'device-lost';
}

function takenOver(e: VitrineError): string {
  return `${e.message.split('. Try again')[0]}. The run goes on from its last checkpoint on the CPU.`;
}

/** Milliseconds as seconds, without digits that no clock gave. */
function microseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1e6;
}

function rowsAt(order: RowOrder, places: readonly Stretch[]): Int32Array {
  const rows = new Int32Array(places.reduce((n, [from, to]) => n + to - from, 0));
  let at = 0;
  for (const [from, to] of places) {
    rows.set(order.subarray(from, to), at);
    at += to - from;
  }
  return rows;
}
