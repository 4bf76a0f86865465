/** Trains a sample in a copy of its folder. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { explain } from '../../../src/explain/explain';
import type { Explanation } from '../../../src/explain/method';
import { sumByUnit, unitsOf } from '../../../src/explain/perturbation/units';
import { methodById } from '../../../src/explain/registry';
import { launch } from '../../../src/train/launch';
import { type OpenRun, openRun } from '../../../src/train/open/openRun';

export const distFolder = path.resolve('dist');

export interface TrainedSample {
  test: Readonly<Record<string, number>>;
  run: OpenRun;
  engine: Engine;
  folder: string;
}

/** One sample's folder, copied for a suite and gone after it. */
export function sampleFolder(name: string) {
  let folder = '';
  let engine: Engine | undefined;
  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), `vitrine-${name}-`));
    cpSync(path.join('media/samples', name), folder, {
      recursive: true,
      filter: f => !f.includes('.vitrine/'),
    });
    engine = await createEngine({ backend: 'webasm' });
  });
  after(async () => {
    await engine?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    async train(file: string, set?: Readonly<Record<string, unknown>>): Promise<TrainedSample> {
      const { done, folder: run } = await launch({
        experiment: path.join(folder, file),
        distFolder,
        engineFor: async () => engine!,
        ...(set && { set }),
      });
      const record = await done;
      if (record.state !== 'finished') throw new Error(`${file}: ${record.message}`);
      return { test: record.test!, run: await openRun(run), engine: engine!, folder };
    },
    get path() {
      return folder;
    },
  };
}

export async function explainSample(
  { run, engine }: TrainedSample,
  request: { method: string; row?: number; target?: string | number; options?: Record<string, unknown> },
): Promise<Explanation> {
  return explain({
    engine,
    model: run.explained,
    weights: await run.weights(),
    dataset: await run.dataset(),
    loss: { name: run.experiment.loss },
    ...request,
  });
}

/** What an explanation gives each of its names. */
export function byName({ attribution: { names, values } }: Explanation): Record<string, number> {
  return Object.fromEntries(names!.map((n, i) => [n, values[i]!]));
}

/** What a method says of a row, unjudged: sums over what people can name, by name. */
export async function sharesOf(
  { run, engine }: TrainedSample,
  { method, row, target, options }: { method: string; row: number; target: number; options?: object },
): Promise<Record<string, number>> {
  const dataset = await run.dataset();
  const { values } = await methodById(method).explain(
    {
      engine,
      model: run.explained,
      weights: await run.weights(),
      dataset,
      input: dataset.batch([row]).input,
      target,
    },
    { ...options },
  );
  const units = unitsOf(dataset.sampleShape, dataset, Number.POSITIVE_INFINITY);
  const sums = sumByUnit(values.data, units);
  return Object.fromEntries(units.map((u, i) => [u.name ?? String(i), sums[i]!]));
}
