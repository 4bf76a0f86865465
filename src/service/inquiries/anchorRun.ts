/** Anchors of a trained run's predictions, as the service and the command line give them. */
import type { Engine } from '../../engine/engine';
import { type Anchor, findAnchor } from '../../explain/anchors/anchor';
import { openRun } from '../../train/open/openRun';
import type { AnchorRequest } from '../protocol';
import { subjectOf } from './subject';

/** @throws what opening the run, loading its data and searching throw. */
export async function anchorRun(
  request: AnchorRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<Anchor> {
  const { run: where, ...question } = request;
  const run = await openRun(where);
  return findAnchor({
    ...question,
    ...options,
    seed: question.seed ?? run.record.seed,
    ...(await subjectOf(run, engineFor)),
  });
}
