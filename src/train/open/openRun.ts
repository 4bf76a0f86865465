/** A trained run, opened for predicting and explaining. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Dataset, SavedPreparation } from '../../data/dataset';
import type { Experiment } from '../../formats/experiment/schema';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { agentOf } from '../../rl/registry';
import type { RunRecord } from '../runs/run';
import { runsFolder } from '../runs/runFolder';
import {
  listRuns,
  readRecord,
  readRunExperiment,
  readRunModel,
  readRunPreparation,
  readRunWeights,
} from '../runs/runs';
import { experimentOf } from '../setup/assemble';
import { sharedDataset } from '../setup/datasetCache';
import { lastPosition } from '../setup/lastPosition';
import { packInputs } from '../setup/packInputs';
import { actionScores } from '../setup/policyModel';
import { forScoresOf } from '../setup/unnamed';
import { explainedModel } from './explainedModel';

export interface OpenRun {
  folder: string;
  record: RunRecord;
  /** As its source has it, with all of its inputs and outputs: what is exported. */
  trained: Model;
  /** What predicts: one input, and of the outputs what is compared with the target. */
  model: Model;
  /** What is asked why: the same, but of sequences a score for each symbol, of pictures one for each step. */
  explained: Model;
  /** Read when first asked for. @throws file-not-found when the run has none yet; bad-file, shape-mismatch. */
  weights(): Promise<Tensors>;
  preparation: SavedPreparation;
  /** As it was trained. */
  experiment: Experiment;
  /** The data that it was trained on. @throws bad-data when they changed; file-not-found when they are gone. */
  dataset(): Promise<Dataset>;
}

/** Where the paths begin that a run's data name. */
export function dataFolder({ record, experiment: { data } }: Pick<OpenRun, 'record' | 'experiment'>): string {
  const { file } = data as { file?: string };
  return path.dirname(path.resolve(path.dirname(record.experiment), file ?? '.'));
}

/** The model of a run as it leaves for other tools: several inputs leave as such. */
export function runModelOf(run: OpenRun): Model {
  return run.preparation.parts ? run.trained : run.model;
}

/**
 * @param where a run's folder, or an experiment file (its newest finished run is taken).
 * @throws file-not-found, bad-file
 */
export async function openRun(where: string): Promise<OpenRun> {
  const folder = await runFolderFor(where);
  const record = await readRecord(folder);
  const trained = await readRunModel(folder);
  const experiment = await experimentOf(record.experiment, { text: await readRunExperiment(folder) });
  const preparation = forScoresOf(await readRunPreparation(folder), trained, experiment.loss);
  const model = predictingModel(trained, preparation, experiment);
  let weights: Promise<Tensors> | undefined;
  return {
    folder,
    record,
    trained,
    model,
    explained: explainedModel(model, preparation.target),
    preparation,
    experiment,
    weights() {
      weights ??= readRunWeights(folder, model);
      return weights;
    },
    dataset: async () => forScoresOf(await sameDataset(experiment, record), trained, experiment.loss),
  };
}

/** Of what is trained, what predicts: one input, and the scores that are compared with the target's classes. */
export function predictingModel(
  trained: Model,
  { target, parts }: SavedPreparation,
  experiment: Experiment,
): Model {
  const model = packInputs(trained, parts);
  // What writes sequences is asked for one token after the other.
  if (target.writes) return model;
  if (target.perPosition) return lastPosition(model, target.fill);
  const agent = agentOf(experiment.loss);
  return agent ? actionScores(model, agent, target.classes?.length ?? 1, target.name) : model;
}

async function sameDataset(experiment: Experiment, record: RunRecord): Promise<Dataset> {
  const dataset = await sharedDataset(experiment, record.experiment);
  if (dataset.hash === record.dataHash) return dataset;
  throw new VitrineError(
    'bad-data',
    `${dataset.name} has changed since run ${record.id} was trained on it, so its rows are no longer those that the model saw. ` +
      'Train again, or bring the old file back.',
    { at: { file: experiment.data.file } },
  );
}

/** The folder of the run that a path stands for. @throws file-not-found */
export async function runFolderFor(where: string): Promise<string> {
  const full = path.resolve(where);
  const info = await stat(full).catch(() => undefined);
  if (!info)
    throw new VitrineError('file-not-found', `There is no run and no experiment file at ${where}.`, {
      at: { file: full },
    });
  if (info.isDirectory()) return full;
  const runs = (await listRuns(path.dirname(full))).filter(r => path.resolve(r.experiment) === full);
  const chosen = runs.find(r => r.state === 'finished') ?? runs.find(r => r.state === 'stopped');
  if (chosen) return path.join(runsFolder(path.dirname(full)), chosen.id);
  throw new VitrineError(
    'file-not-found',
    `${path.basename(full)} has no finished run yet. Train it first: vitrine train ${where}`,
    { at: { file: full } },
  );
}
