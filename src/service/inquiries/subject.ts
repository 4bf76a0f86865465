/** What questions about a trained run are put to: its model with its weights, the data and the engine that it ran on. */
import type { Engine } from '../../engine/engine';
import { lossSpec } from '../../formats/experiment/write';
import type { OpenRun } from '../../train/open/openRun';

/** @throws what loading the run's weights and data throws. */
export async function subjectOf(run: OpenRun, engineFor: (backend: string | undefined) => Promise<Engine>) {
  return {
    engine: await engineFor(run.record.backend),
    model: run.explained,
    weights: await run.weights(),
    dataset: await run.dataset(),
    loss: lossSpec(run.experiment),
  };
}
