/** What a layer of a trained run attends to, as the service gives it. */
import type { Engine } from '../../engine/engine';
import { type LayerFocus, layerFocus } from '../../explain/layers/layerFocus';
import { openRun } from '../../train/open/openRun';
import { subjectOf } from './subject';

/** As many as tell units apart, and no more than a moment's work. */
const mostRows = 200;

/** @throws what opening the run, loading its data and looking throw. */
export async function layerRun(
  request: { run: string; module: string },
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<LayerFocus> {
  const run = await openRun(request.run);
  const subject = await subjectOf(run, engineFor);
  const { test, valid, train } = subject.dataset.splits;
  const rows = [test, valid, train].find(s => s.length > 0) ?? test;
  return layerFocus({ ...subject, ...options }, request.module, Int32Array.from(rows.subarray(0, mostRows)));
}
