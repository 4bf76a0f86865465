/** How the answer for one sample, and the reasons for it, came about: the same question asked of the run's own past. */
import type { Engine } from '../../engine/engine';
import { initializeWeights } from '../../engine/initialize';
import { explain } from '../../explain/explain';
import type { Explanation } from '../../explain/method';
import { methodById } from '../../explain/registry';
import { lossSpec } from '../../formats/experiment/write';
import { throwIfCancelled, VitrineError } from '../../model/errors';
import { openRun } from '../../train/open/openRun';
import { runCheckpoints } from '../../train/runs/runs';
import type { FilmstripRequest } from '../protocol';

export interface Frame {
  /** Complete epochs; 0 is before any training. */
  epoch: number;
  prediction: Explanation['prediction'];
  attribution: Explanation['attribution'];
  /** How far this frame may be trusted: of an untrained network rarely far. */
  trust: { score: number; verdict: Explanation['trust']['verdict'] };
}

export interface Filmstrip {
  method: string;
  row: number;
  /** What all frames explain: the class that the trained model predicts. */
  target: Explanation['target'];
  frames: readonly Frame[];
}

/**
 * @throws bad-request for a method about the model as a whole, or a run that kept no weights on its way; what opening
 *   the run and explaining throw.
 */
export async function filmstrip(
  { run: where, row, method, language }: FilmstripRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<Filmstrip> {
  if (methodById(method).scope !== 'prediction')
    throw new VitrineError(
      'bad-request',
      `"${method}" explains the model as a whole. A filmstrip follows one sample: choose a method about a prediction.`,
    );
  const run = await openRun(where);
  const kept = await runCheckpoints(run.folder, run.model);
  if (kept.length < 2)
    throw new VitrineError(
      'bad-request',
      `Run ${run.record.id} kept no weights on its way (its model is too large, or it was trained before runs kept them). Train again.`,
    );
  const fresh = run.experiment.model.weights === undefined && run.model.format === 'pytorch';
  const steps = [
    ...(fresh ? [{ epoch: 0, weights: initializeWeights(run.model, run.record.seed) }] : []),
    ...kept.map(({ epoch, weights }) => ({ epoch: epoch ?? run.record.epochsDone, weights })),
  ];
  const subject = {
    engine: await engineFor(run.record.backend),
    model: run.explained,
    dataset: await run.dataset(),
    loss: lossSpec(run.experiment),
    method,
    row,
    ...(language && { language }),
    ...(options.signal && { signal: options.signal }),
  };
  // The last one first: what it predicts is what the others are asked about.
  const last = await explain({ ...subject, weights: steps.at(-1)!.weights });
  const frames: Frame[] = [frameOf(steps.at(-1)!.epoch, last)];
  for (const [i, { epoch, weights }] of steps.slice(0, -1).reverse().entries()) {
    throwIfCancelled(options.signal);
    frames.unshift(frameOf(epoch, await explain({ ...subject, weights, target: last.target.index })));
    options.onProgress?.((i + 2) / steps.length);
  }
  return { method, row, target: last.target, frames };
}

function frameOf(epoch: number, { prediction, attribution, trust }: Explanation): Frame {
  return { epoch, prediction, attribution, trust: { score: trust.score, verdict: trust.verdict } };
}
