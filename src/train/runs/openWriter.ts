/** Opens the folder of a run that begins or goes on: the record, and where the training starts. */
import { basename, join } from 'node:path';
import { initializeWeights } from '../../engine/initialize';
import { knownConstants } from '../setup/constants';
import type { TrainRequest } from '../train';
import { type Checkpoint, readCheckpoint } from './checkpoint';
import { type RunRecord, runFiles } from './run';
import { RunWriter } from './runWriter';

/** From the last checkpoint of a run that is resumed, else from fresh (or given) weights. @throws bad-file */
export async function openWriter(
  request: TrainRequest,
  parameters: number,
): Promise<{ start: Checkpoint; writer: RunWriter }> {
  const { model, dataset, engine, runFolder, seed, resume } = request;
  const { recipe } = request.experiment;
  const saved = resume && (await readCheckpoint(join(runFolder, runFiles.checkpoint)));
  const start: Checkpoint = saved ?? {
    epoch: 0,
    stepInEpoch: 0,
    step: 0,
    seconds: 0,
    seed,
    weights: initializeWeights(model, seed, request.weights),
    optimizer: {},
  };
  const record: RunRecord = {
    id: basename(runFolder),
    started: resume?.started ?? new Date().toISOString(),
    state: 'running',
    experiment: request.experiment.file,
    model: { file: model.file, class: model.name, parameters: parameters },
    seed,
    backend: engine.backend.name,
    epochs: recipe.epochs,
    epochsDone: start.epoch,
    dataHash: dataset.hash,
    pid: process.pid,
  };
  const constants = knownConstants(model, start.weights);
  const writer = resume
    ? await RunWriter.resume(runFolder, record, start, constants, request.onEvent)
    : await RunWriter.create(
        runFolder,
        record,
        { experiment: request.experiment.text, model, preparation: dataset.preparation() },
        constants,
        request.onEvent,
      );
  return { start, writer };
}
