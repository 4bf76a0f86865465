/** Training, from an experiment's parts to a run's folder. */
import type { Dataset } from '../data/dataset';
import { EnvironmentDataset } from '../data/kinds/environment';
import { requireLoss } from '../engine/definitions';
import type { Engine } from '../engine/engine';
import { bindShape, concreteShape } from '../model/dim';
import { parameterCount } from '../model/elements';
import { VitrineError } from '../model/errors';
import type { Model, Tensors } from '../model/graph';
import type { RunControl } from './loop/control';
import { isDeviceLost, TrainingLoop } from './loop/loop';
import { mitigationFor } from './loop/mitigation';
import { Pace } from './loop/pace';
import { beginPolicyTraining } from './loop/policyTraining';
import type { Recipe } from './loop/recipe';
import { metricsFor } from './metricRegistry';
import { openWriter } from './runs/openWriter';
import type { RunEvent, RunRecord } from './runs/run';
import { bindingsFor, lossFor, takesAnyBatch, targetTypeFor } from './setup/bindings';
import { packInputs } from './setup/packInputs';

export interface TrainRequest {
  /** The experiment: where it was read from, its text with all overrides in place, and what it says of training. */
  experiment: { file: string; text: string; recipe: Recipe };
  model: Model;
  dataset: Dataset;
  engine: Engine;
  /** Makes the engine that goes on from the last checkpoint when the device of the first one is lost. */
  fallback?(): Promise<Engine>;
  /** Exists; its name is the run's id. */
  runFolder: string;
  seed: number;
  /** Weights to start from; what is not among them starts by the model's initialisers. */
  weights?: Tensors;
  /** Ends the run after the step under way, with a checkpoint, without the final test. */
  signal?: AbortSignal;
  /** Pause, continue, stop. */
  control?: RunControl;
  onEvent?(event: RunEvent): void;
  /** The record of the run to go on with, from the checkpoint in `runFolder`. */
  resume?: RunRecord;
  /** In milliseconds: the least time between checkpoints of complete epochs, and the most between any two. */
  checkpointEvery?: { least: number; most: number };
}

/**
 * Trains to the end. As `beginTraining`, and its `done`.
 */
export async function train(request: TrainRequest): Promise<RunRecord> {
  return (await beginTraining(request)).done;
}

/**
 * Trains and keeps the run's folder up to date. All that decides the numbers is the model, the data, the recipe, the
 * seed and the backend; time only decides when checkpoints are written. So the same seed gives the same numbers
 * twice, and a run that was killed and resumed gives those of one that never stopped.
 *
 * @returns once the run's record is on disk; `done` gives it again, finished or stopped. `done` rejects with
 *   VitrineError diverged (the loss is no number) or bad-file (the disk), or with what the engine throws; the folder
 *   then holds the last good checkpoint and the state "failed".
 * @throws VitrineError before anything is written: bad-data (resumed on other data), bad-experiment, shape-mismatch.
 */
export async function beginTraining(request: TrainRequest): Promise<{ done: Promise<RunRecord> }> {
  const { dataset, resume } = request;
  const model = packInputs(request.model, dataset.parts);
  const { recipe } = request.experiment;
  if (dataset instanceof EnvironmentDataset) return beginPolicyTraining(request, dataset);
  const trainingRows = dataset.splits.train.length;
  if (trainingRows === 0) {
    throw new VitrineError(
      'bad-data',
      `${dataset.name} leaves no rows to train on. Give it more rows, or lower the shares of valid and test.`,
    );
  }
  if (resume && resume.dataHash !== dataset.hash) {
    throw new VitrineError(
      'bad-data',
      `The data of ${dataset.name} has changed since run ${resume.id} began, so that run cannot go on. Start a new one.`,
    );
  }
  const batchSize = batchSizeFor(model, recipe, trainingRows);
  const bindings = bindingsFor(model, dataset.sampleShape, batchSize);
  const outputShape = concreteShape(bindShape(model.values[model.outputs[0]!]!.shape, bindings));
  // What compares a row's vectors with each other predicts nothing that metrics could look at.
  const ranks = requireLoss(recipe.loss.name).target === 'rows';
  const metrics = metricsFor(dataset.target, ranks ? (recipe.metrics ?? []) : recipe.metrics);
  const stepsPerEpoch = Math.ceil(trainingRows / batchSize);
  const loss = lossFor(dataset, recipe.loss);
  const setup = {
    loss,
    ...(recipe.mitigate && { mitigation: mitigationFor(dataset, recipe.mitigate, loss, request.seed) }),
    metrics,
    pace: new Pace(recipe, metrics, { rows: trainingRows, batchSize, stepsPerEpoch }),
    batchSize,
    bindings,
    outputShape,
    targets: targetTypeFor(dataset, recipe.loss, outputShape, batchSize),
    parameters: parameterCount(model),
  };
  const { start, writer } = await openWriter(request, setup.parameters);
  const done = new TrainingLoop({ ...request, model }, setup, start, writer).run();
  const { fallback } = request;
  if (!fallback) return { done };
  return {
    done: done.catch(async e => {
      if (!isDeviceLost(e)) throw e;
      const { fallback: _, ...same } = request;
      return (await beginTraining({ ...same, engine: await fallback(), resume: writer.current })).done;
    }),
  };
}

/** As the recipe says, but no more than there are rows; or what a model of fixed size takes. */
function batchSizeFor(model: Model, recipe: Recipe, rows: number): number {
  if (takesAnyBatch(model)) return Math.min(recipe.batchSize, rows);
  const fixed = model.values[model.inputs[0] ?? '']?.shape[0];
  return typeof fixed === 'number' ? fixed : recipe.batchSize;
}
