/** Fairness of a trained run, as the service and the command line give it. */
import type { Engine } from '../../engine/engine';
import { assessFairness } from '../../explain/fairness/fairness';
import type { Fairness } from '../../explain/fairness/result';
import { VitrineError } from '../../model/errors';
import { openRun } from '../../train/open/openRun';
import type { FairnessRequest } from '../protocol';
import { subjectOf } from './subject';

/** @throws bad-request when neither the request nor the experiment names a column; what opening and assessing throw. */
export async function assessRun(
  request: FairnessRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<Fairness> {
  const { run: where, by, ...question } = request;
  const run = await openRun(where);
  const columns = by ?? run.experiment.sensitive ?? [];
  if (columns.length === 0)
    throw new VitrineError(
      'bad-request',
      'Fairness between which groups? Name a column with --by, or list columns in the experiment\'s "sensitive".',
    );
  return assessFairness({
    ...question,
    ...options,
    by: columns,
    seed: question.seed ?? run.record.seed,
    ...(await subjectOf(run, engineFor)),
  });
}
