/** The data sets that were looked at last: paging through one, or explaining row after row, must not load it each time. */
import { stat } from 'node:fs/promises';
import type { Dataset } from '../../data/dataset';
import type { Experiment } from '../../formats/experiment/schema';
import { datasetOf } from './assemble';

/** Data sets are large: the one in use, and the one before it. */
const most = 2;
const cached = new Map<string, Promise<Dataset>>();

/**
 * As `datasetOf`, but the same data set again while neither the file nor what the experiment says of it changed.
 * Loading is not cancelled: others may wait for it too.
 */
export async function sharedDataset(experiment: Experiment, file: string): Promise<Dataset> {
  const { mtimeMs = 0, size = 0 } = await stat(experiment.data.file).catch(
    () => ({}) as { mtimeMs?: number; size?: number },
  );
  const key = JSON.stringify([experiment.data, experiment.seed, mtimeMs, size]);
  let dataset = cached.get(key);
  if (dataset) cached.delete(key);
  else {
    dataset = datasetOf(experiment, file);
    dataset.catch(() => cached.delete(key));
  }
  // Back to the end: the first of a map is the one that was not used for longest.
  cached.set(key, dataset);
  for (const old of [...cached.keys()].slice(0, -most)) cached.delete(old);
  return dataset;
}
