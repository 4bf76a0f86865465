/** Reads what runs left on disk, whatever state they left it in. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SavedPreparation } from '../../data/dataset';
import { restoreSaved } from '../../data/restore';
import { readSafetensors } from '../../formats/safetensors/read';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { withConstants } from '../setup/constants';
import { readCheckpoint } from './checkpoint';
import { readEvents } from './metricsLog';
import { movedRecord, movedTo } from './moved';
import { type RunEvent, type RunRecord, type RunState, runFiles } from './run';
import { isRunId, runsFolder } from './runFolder';

/**
 * The runs in `<folder>/.vitrine/runs`, newest first. Folders that hold no readable record are left out; none is
 * touched. An absent folder is an empty list.
 */
export async function listRuns(folder: string): Promise<RunRecord[]> {
  const runs = runsFolder(folder);
  const names = await readdir(runs).catch(() => [] as string[]);
  const records = await Promise.all(
    names
      .filter(isRunId)
      .sort()
      .reverse()
      .map(name => readRecord(join(runs, name)).catch(() => undefined)),
  );
  return records.filter(r => r !== undefined);
}

/**
 * A run's record and events. Lines that were cut off are left out.
 *
 * @param runFolder the run's own folder.
 * @throws file-not-found or bad-file when there is no readable record.
 */
export async function readRun(runFolder: string): Promise<{ record: RunRecord; events: RunEvent[] }> {
  const record = await readRecord(runFolder);
  return { record, events: await readEvents(join(runFolder, runFiles.metrics)) };
}

/** A record, its paths as they are now; a run that says it is under way though its process is gone is told as stopped. */
export async function readRecord(runFolder: string): Promise<RunRecord> {
  const record = movedRecord(runFolder, await writtenRecord(runFolder));
  const underWay = record.state === 'running' || record.state === 'paused';
  if (!underWay || record.pid === undefined || isAlive(record.pid)) return record;
  return {
    ...record,
    state: 'stopped',
    message: `Interrupted after ${record.epochsDone} of ${record.epochs} epochs. It can be resumed.`,
  };
}

async function writtenRecord(runFolder: string): Promise<RunRecord> {
  const file = join(runFolder, runFiles.record);
  const record = await readJson(file);
  if (!isRecord(record)) throw damaged(file, 'it is no record of a run');
  return record;
}

/** The model that a run trained, as it was read then, its files as they lie now. @throws file-not-found, bad-file */
export async function readRunModel(runFolder: string): Promise<Model> {
  const file = join(runFolder, runFiles.model);
  const { now } = movedTo(runFolder, (await writtenRecord(runFolder)).experiment);
  const model = await readJson(file, (key, value) =>
    key === 'file' && typeof value === 'string' ? now(value) : value,
  );
  if (!isModel(model)) throw damaged(file, 'it holds no model');
  return model;
}

/** @throws file-not-found, bad-file */
export async function readRunPreparation(runFolder: string): Promise<SavedPreparation> {
  return restoreSaved(await readJson(join(runFolder, runFiles.preparation)));
}

/** The experiment's text as it was trained. @throws file-not-found */
export async function readRunExperiment(runFolder: string): Promise<string> {
  return readText(join(runFolder, runFiles.experiment));
}

/**
 * The weights of a run: the final ones, or those of the last checkpoint while it has none. They are checked against
 * the model, so that nothing computes with a file of another one.
 *
 * @throws file-not-found when the run has no weights yet; bad-file; shape-mismatch.
 */
export async function readRunWeights(
  runFolder: string,
  model: Model,
  which: 'weights' | 'best' = 'weights',
): Promise<Tensors> {
  const file = join(runFolder, runFiles[which]);
  let weights: Tensors | undefined;
  try {
    weights = withConstants(model, (await readSafetensors(file)).tensors);
  } catch (e) {
    if (!(e instanceof VitrineError && e.code === 'file-not-found')) throw e;
    const checkpoint = await readCheckpoint(join(runFolder, runFiles.checkpoint));
    weights = which === 'best' ? (checkpoint?.best?.weights ?? checkpoint?.weights) : checkpoint?.weights;
  }
  if (!weights) {
    throw new VitrineError(
      'file-not-found',
      `The run in ${runFolder} has no weights yet. Train it for an epoch first.`,
      {
        at: { file },
      },
    );
  }
  for (const p of model.parameters) {
    const found = weights[p.name]?.shape;
    if (found && found.length === p.shape.length && found.every((n, i) => n === p.shape[i])) continue;
    throw new VitrineError(
      'shape-mismatch',
      `${file}: the model's "${p.name}" is of shape (${p.shape.join(', ')}), but the file has ${
        found ? `(${found.join(', ')})` : 'no tensor of that name'
      }. The file is of another model; train again.`,
      { at: { file } },
    );
  }
  return weights;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    throw new VitrineError(
      'file-not-found',
      `${file} is missing or cannot be read. The run is incomplete; train again.`,
      {
        at: { file },
      },
    );
  }
}

async function readJson(file: string, reviver?: (key: string, value: unknown) => unknown): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text, reviver);
  } catch {
    throw damaged(file, 'it is not JSON');
  }
}

function damaged(file: string, what: string): VitrineError {
  return new VitrineError('bad-file', `${file} is damaged: ${what}. Train again.`, { at: { file } });
}

const states: readonly RunState[] = ['running', 'paused', 'finished', 'stopped', 'failed'];

function isRecord(x: unknown): x is RunRecord {
  if (typeof x !== 'object' || x === null) return false;
  const r = x as Partial<RunRecord>;
  return (
    typeof r.id === 'string' &&
    typeof r.started === 'string' &&
    states.includes(r.state as RunState) &&
    typeof r.experiment === 'string' &&
    typeof r.model === 'object' &&
    typeof r.model?.class === 'string' &&
    typeof r.seed === 'number' &&
    typeof r.epochs === 'number' &&
    typeof r.epochsDone === 'number' &&
    typeof r.dataHash === 'string'
  );
}

function isModel(x: unknown): x is Model {
  if (typeof x !== 'object' || x === null) return false;
  const m = x as Partial<Model>;
  return (
    typeof m.name === 'string' &&
    Array.isArray(m.inputs) &&
    Array.isArray(m.outputs) &&
    Array.isArray(m.nodes) &&
    Array.isArray(m.parameters) &&
    Array.isArray(m.modules) &&
    typeof m.values === 'object' &&
    m.values !== null &&
    [...m.inputs, ...m.outputs].every(id => m.values?.[id as string] !== undefined)
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Weights that a run kept on its way and its last ones, the first ones first, with the learning rate there. */
export async function runCheckpoints(
  runFolder: string,
  model: Model,
): Promise<{ weights: Tensors; rate: number; epoch?: number }[]> {
  const folder = join(runFolder, runFiles.epochs);
  const names = (await readdir(folder).catch(() => [])).filter(n => /^\d+\.safetensors$/.test(n)).sort();
  const out: { weights: Tensors; rate: number; epoch?: number }[] = [];
  for (const name of names) {
    const { tensors: saved, metadata } = await readSafetensors(join(folder, name));
    const tensors = withConstants(model, saved);
    // A file of another model, or a half-copied one, is no checkpoint of this run.
    if (model.parameters.every(p => tensors[p.name]?.data.length === p.shape.reduce((a, b) => a * b, 1)))
      out.push({
        weights: tensors,
        rate: Number(metadata['learningRate']) || 1,
        epoch: Number.parseInt(name, 10),
      });
  }
  return [...out, { weights: await readRunWeights(runFolder, model), rate: out.at(-1)?.rate ?? 1 }];
}
