/** Starts and resumes runs from an experiment file: what the engine process and the command line both do. */
import { rmdir } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from '../engine/engine';
import { VitrineError } from '../model/errors';
import type { RunControl } from './loop/control';
import type { RunEvent, RunRecord } from './runs/run';
import { createRunFolder, runFolderOf } from './runs/runFolder';
import { readRecord, readRunExperiment, readRunModel } from './runs/runs';
import { type AssembleOptions, assemble } from './setup/assemble';
import { beginTraining, type TrainRequest } from './train';

export interface LaunchRequest extends Omit<AssembleOptions, 'text'> {
  /** The experiment file. */
  experiment: string;
  seed?: number;
  backend?: string;
  /** Id of a run of this experiment to go on with: its snapshot counts, not the file or `set`. */
  resume?: string;
  /** Makes, or lends, the engine of a backend; the best there is if undefined. */
  engineFor(backend: string | undefined): Promise<Engine>;
  control?: RunControl;
  /** Ends the run once it has begun; `signal` is for what comes before. */
  stopSignal?: AbortSignal;
  onEvent?(event: RunEvent): void;
  checkpointEvery?: TrainRequest['checkpointEvery'];
}

export interface Launched {
  run: string;
  folder: string;
  /** Sentences about the data that the user should know. */
  notes: readonly string[];
  /** Rejects as `train` does. */
  done: Promise<RunRecord>;
}

/**
 * Reads everything, makes the run's folder and lets it go.
 *
 * @throws VitrineError for whatever keeps it from starting; nothing has been written then.
 */
export async function launch(request: LaunchRequest): Promise<Launched> {
  const file = path.resolve(request.experiment);
  return request.resume === undefined ? launchNew(request, file) : launchAgain(request, file, request.resume);
}

async function launchNew(request: LaunchRequest, file: string): Promise<Launched> {
  const set = { ...request.set, ...(request.seed !== undefined && { seed: request.seed }) };
  const parts = await assemble(file, { ...request, set });
  const engine = await request.engineFor(request.backend ?? parts.backend);
  const { id, folder } = await createRunFolder(file);
  try {
    const { done } = await beginTraining({ ...parts, engine, runFolder: folder, ...handsOn(request) });
    return { run: id, folder, notes: parts.dataset.notes, done: handled(done) };
  } catch (e) {
    // Only if it is empty: what was written is worth a look.
    await rmdir(folder).catch(() => {});
    throw e;
  }
}

async function launchAgain(request: LaunchRequest, file: string, id: string): Promise<Launched> {
  const folder = runFolderOf(path.dirname(file), id);
  const record = await readRecord(folder);
  if (record.state === 'running' || record.state === 'paused')
    throw new VitrineError('bad-request', `Run ${id} is under way. Stop it before resuming it.`);
  if (record.state === 'finished')
    throw new VitrineError(
      'bad-request',
      `Run ${id} is finished: there is nothing to resume. Start a new run.`,
    );
  const { distFolder, signal, onData } = request;
  const parts = await assemble(
    file,
    {
      distFolder,
      text: await readRunExperiment(folder),
      ...(signal && { signal }),
      ...(onData && { onData }),
    },
    await readRunModel(folder),
  );
  // Another backend rounds differently: the run would no longer be the one that it set out to be.
  const engine = await request.engineFor(request.backend ?? record.backend);
  const { done } = await beginTraining({
    ...parts,
    engine,
    runFolder: folder,
    resume: record,
    ...handsOn(request),
  });
  return { run: id, folder, notes: parts.dataset.notes, done: handled(done) };
}

function handsOn({ control, stopSignal, onEvent, checkpointEvery, engineFor }: LaunchRequest) {
  return {
    fallback: () => engineFor('webasm'),
    ...(control && { control }),
    ...(stopSignal && { signal: stopSignal }),
    ...(onEvent && { onEvent }),
    ...(checkpointEvery && { checkpointEvery }),
  };
}

/** Who starts a run may look at its end later: a rejection until then is not unhandled. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}
