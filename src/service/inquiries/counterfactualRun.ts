/** Counterfactuals of a trained run, as the service and the command line give them. */
import type { Engine } from '../../engine/engine';
import { type CounterfactualResult, findCounterfactuals } from '../../explain/counterfactual/counterfactual';
import { openRun } from '../../train/open/openRun';
import type { CounterfactualRequest } from '../protocol';
import { subjectOf } from './subject';

/**
 * Columns that the experiment lists as sensitive stay unless they are freed.
 *
 * @throws what opening the run, loading its data and searching throw.
 */
export async function counterfactualRun(
  request: CounterfactualRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<CounterfactualResult> {
  const { run: where, ...question } = request;
  const run = await openRun(where);
  return findCounterfactuals({
    ...question,
    ...options,
    sensitive: run.experiment.sensitive,
    seed: question.seed ?? run.record.seed,
    ...(await subjectOf(run, engineFor)),
  });
}
