/** Runs side by side: what they were trained with where that differs, and what came of it. */
import { parse } from 'jsonc-parser';
import { VitrineError } from '../../model/errors';
import type { Metrics, RunState } from './run';
import { readRun, readRunExperiment } from './runs';

export interface ComparedRun {
  run: string;
  experiment: string;
  model: string;
  state: RunState;
  seed: number;
  backend: string;
  parameters: number;
  epochs: number;
  /** Seconds of all epochs together. */
  seconds: number;
  /** Of the last epoch. */
  train: Metrics;
  valid: Metrics;
  /** The best of each epoch's: lowest for losses and errors, highest for the others. */
  bestValid: Readonly<Record<string, { value: number; epoch: number }>>;
  test: Metrics;
  dataHash: string;
}

export interface RunComparison {
  runs: readonly ComparedRun[];
  /** Settings of the experiment files that are not the same in all runs; null where a run does not have one. */
  settings: readonly { name: string; values: readonly (string | number | boolean | null)[] }[];
  /** What makes the numbers hard to compare, in sentences. */
  notes: readonly string[];
}

/**
 * @param folders the runs' own folders.
 * @throws file-not-found, bad-file; bad-request for fewer than two.
 */
export async function compareRuns(folders: readonly string[]): Promise<RunComparison> {
  if (folders.length < 2)
    throw new VitrineError('bad-request', `Two runs or more are compared; given: ${folders.length}.`);
  const read = await Promise.all(
    folders.map(async folder => ({
      ...(await readRun(folder)),
      settings: flat(parse(await readRunExperiment(folder)) as unknown),
    })),
  );
  const runs = read.map(({ record, events }): ComparedRun => {
    const epochs = events.filter(e => e.event === 'epoch');
    const last = epochs.at(-1);
    return {
      run: record.id,
      experiment: record.experiment,
      model: record.model.class,
      state: record.state,
      seed: record.seed,
      backend: record.backend,
      parameters: record.model.parameters,
      epochs: record.epochsDone,
      seconds: epochs.reduce((s, e) => s + e.seconds, 0),
      train: last?.train ?? {},
      valid: last?.valid ?? {},
      bestValid: bestOf(epochs.map(e => ({ epoch: e.epoch, metrics: e.valid }))),
      test: record.test ?? {},
      dataHash: record.dataHash,
    };
  });
  const names = [...new Set(read.flatMap(r => [...r.settings.keys()]))];
  const settings = names
    .map(name => ({ name, values: read.map(r => r.settings.get(name) ?? null) }))
    .filter(({ values }) => values.some(v => v !== values[0]));
  return { runs, settings, notes: notesOf(runs) };
}

function notesOf(runs: readonly ComparedRun[]): string[] {
  const notes: string[] = [];
  const differ = (key: 'dataHash' | 'backend') => new Set(runs.map(r => r[key])).size > 1;
  if (differ('dataHash')) notes.push('The runs were trained on different data: their scores do not compare.');
  if (differ('backend')) notes.push('The runs were computed by different backends, which round differently.');
  const open = runs.filter(r => r.state !== 'finished');
  if (open.length > 0) notes.push(`Not finished: ${open.map(r => `${r.run} (${r.state})`).join(', ')}.`);
  return notes;
}

/** Metrics of which less is better. */
export function lessIsBetter(metric: string): boolean {
  return /loss|error|mse|mae|rmse|perplexity|brier/i.test(metric);
}

function bestOf(epochs: readonly { epoch: number; metrics: Metrics }[]): ComparedRun['bestValid'] {
  const best: Record<string, { value: number; epoch: number }> = {};
  for (const { epoch, metrics } of epochs)
    for (const [name, value] of Object.entries(metrics)) {
      const known = best[name];
      if (!known || (lessIsBetter(name) ? value < known.value : value > known.value))
        best[name] = { value, epoch };
    }
  return best;
}

/** Leaves of a JSON value by dotted path; lists are kept whole, as text. */
function flat(value: unknown, at = ''): Map<string, string | number | boolean> {
  const out = new Map<string, string | number | boolean>();
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value))
      for (const [name, leaf] of flat(inner, at === '' ? key : `${at}.${key}`)) out.set(name, leaf);
  } else if (Array.isArray(value)) out.set(at, JSON.stringify(value));
  else if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    out.set(at, value);
  return out;
}
