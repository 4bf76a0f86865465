/** Explanations of a trained run, as the service and the command line give them. */
import type { Engine } from '../engine/engine';
import { explain } from '../explain/explain';
import type { Explanation } from '../explain/method';
import { lossSpec } from '../formats/experiment/write';
import { openRun } from '../train/openRun';
import type { ExplainRequest } from './protocol';

/** @throws what opening the run, loading its data and explaining throw. */
export async function explainRow(
  request: ExplainRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<Explanation> {
  const { run: where, ...question } = request;
  const run = await openRun(where);
  return explain({
    ...question,
    ...options,
    engine: await engineFor(run.record.backend),
    model: run.model,
    weights: await run.weights(),
    dataset: await run.dataset(),
    loss: lossSpec(run.experiment),
  });
}
