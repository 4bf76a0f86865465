/** The model checks that there are, and how an experiment is put to them. */
import path from 'node:path';
import registered from 'registry:train/checks#check';
import { EnvironmentDataset } from '../data/kinds/environment';
import type { Engine } from '../engine/engine';
import { initializeWeights } from '../engine/initialize';
import { throwIfCancelled, VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';
import { type Check, type CheckResult, skipped } from './check';
import { runsFolder } from './runs/runFolder';
import { listRuns, readRunWeights } from './runs/runs';
import { type AssembleOptions, assemble } from './setup/assemble';
import { lossFor } from './setup/bindings';
import { packInputs } from './setup/packInputs';

export const checks = registered as readonly Check[];

/** @throws bad-request with the nearest name for a check that does not exist. */
export function checkById(id: string): Check {
  const found = checks.find(c => c.id === id);
  if (found) return found;
  const ids = checks.map(c => c.id);
  const near = nearest(id, ids);
  throw new VitrineError(
    'bad-request',
    `There is no check "${id}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(ids)}.`,
  );
}

export interface CheckReport extends CheckResult {
  check: string;
  title: string;
  seconds: number;
}

export interface RunChecksOptions extends Pick<AssembleOptions, 'distFolder' | 'set' | 'signal'> {
  /** Ids; all of them if absent. */
  only?: readonly string[];
  engineFor(backend: string | undefined): Promise<Engine>;
  onResult?(report: CheckReport): void;
  /** 0 to 1 over all of them. */
  onProgress?(done: number, title: string): void;
}

/**
 * Puts the model and the data of an experiment to checks, one after the other.
 *
 * @throws VitrineError what reading the experiment, its data or its model throws; cancelled. A check that cannot
 *   compute (an op without a gradient, say) has failed with that message.
 */
export async function runChecks(file: string, options: RunChecksOptions): Promise<CheckReport[]> {
  const chosen = options.only?.map(checkById) ?? checks;
  const parts = await assemble(file, options);
  const engine = await options.engineFor(parts.backend);
  const { dataset, seed } = parts;
  const model = packInputs(parts.model, dataset.parts);
  const { recipe } = parts.experiment;
  const subject = {
    engine,
    model,
    dataset,
    loss: lossFor(dataset, recipe.loss),
    optimizer: recipe.optimizer,
    learningRate: recipe.learningRate,
    seed,
    initial: { ...initializeWeights(model, seed), ...parts.weights },
    ...(options.signal && { signal: options.signal }),
  };
  const trained = await newestWeights(file, model);
  const reports: CheckReport[] = [];
  for (const [i, check] of chosen.entries()) {
    throwIfCancelled(options.signal);
    const started = performance.now();
    options.onProgress?.(i / chosen.length, check.title);
    const result = await ask(check, {
      ...subject,
      ...(trained && { trained }),
      onProgress: done => options.onProgress?.((i + done) / chosen.length, check.title),
    });
    const report = {
      check: check.id,
      title: check.title,
      seconds: (performance.now() - started) / 1000,
      ...result,
    };
    reports.push(report);
    options.onResult?.(report);
  }
  return reports;
}

async function ask(check: Check, subject: Parameters<Check['run']>[0]): Promise<CheckResult> {
  if (subject.dataset instanceof EnvironmentDataset)
    return skipped('A policy learns from an environment; there are no rows with answers to check it by.');
  if (subject.dataset.splits.train.length === 0)
    return skipped(`${subject.dataset.name} leaves no rows to train on.`);
  try {
    return await check.run(subject);
  } catch (e) {
    if (!(e instanceof VitrineError) || e.code === 'cancelled') throw e;
    const { at } = e.details;
    return {
      outcome: 'failed',
      message: e.message,
      values: {},
      ...(at?.line !== undefined && {
        at: { column: 1, endLine: at.line, endColumn: (at.column ?? 1) + 1, ...at, line: at.line },
      }),
    };
  }
}

/** Weights of the newest finished run of an experiment that still fit its model. */
async function newestWeights(file: string, model: Parameters<typeof readRunWeights>[1]) {
  const full = path.resolve(file);
  const runs = await listRuns(path.dirname(full));
  const newest = runs.find(r => path.resolve(r.experiment) === full && r.state === 'finished');
  if (!newest) return undefined;
  try {
    return await readRunWeights(path.join(runsFolder(path.dirname(full)), newest.id), model);
  } catch (e) {
    // The model was edited since: what the run learned says nothing of it.
    if (e instanceof VitrineError && e.code !== 'cancelled') return undefined;
    throw e;
  }
}
