/** Explanations of a trained run, as the service and the command line give them. */
import path from 'node:path';
import type { Engine } from '../engine/engine';
import { attributionSvg } from '../explain/drawing/drawing';
import { explain } from '../explain/explain';
import type { Explanation } from '../explain/method';
import { lossSpec } from '../formats/experiment/write';
import { makeFolder, writeAtomically } from '../train/atomicFile';
import { openRun } from '../train/openRun';
import { runFiles } from '../train/run';
import type { ExplainRequest } from './protocol';
import { changedRow } from './whatIf';

/** @throws what opening the run, loading its data and explaining throw. */
export async function explainRow(
  request: ExplainRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: { signal?: AbortSignal; onProgress?(done: number): void } = {},
): Promise<Explanation> {
  const { run: where, ...question } = request;
  const run = await openRun(where);
  const dataset = await run.dataset();
  const changes = question.values && question.row !== undefined ? question.values : undefined;
  if (changes) question.values = changedRow(dataset.raw(question.row!).values, changes);
  const explanation = await explain({
    ...question,
    ...options,
    engine: await engineFor(run.record.backend),
    model: run.explained,
    weights: await run.weights(),
    dataset,
    loss: lossSpec(run.experiment),
  });
  const { row } = explanation;
  // Of a row that is being edited there are many, none of which is worth a file.
  if (!changes)
    await keep(run.folder, question.values ? 'typed' : row === null ? 'model' : `row-${row}`, explanation);
  return explanation;
}

/** An explanation stays with its run, by what it is about: as numbers and as a picture. The same question asked again replaces them. */
async function keep(folder: string, about: string, explanation: Explanation): Promise<void> {
  const to = path.join(folder, runFiles.explanations);
  await makeFolder(to);
  const name = path.join(to, `${explanation.method}-${about}-${explanation.target.index}`);
  await writeAtomically(`${name}.json`, `${JSON.stringify(explanation, null, 2)}\n`);
  await writeAtomically(`${name}.svg`, attributionSvg(explanation));
}
