/** Explanations of a trained run, as the service and the command line give them. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Dataset } from '../../data/dataset';
import type { Engine } from '../../engine/engine';
import { attributionSvg } from '../../explain/drawing/drawing';
import { type ExplainCall, explain } from '../../explain/explain';
import type { Explanation } from '../../explain/method';
import { lossSpec } from '../../formats/experiment/write';
import { VitrineError } from '../../model/errors';
import type { Model, Tensors } from '../../model/graph';
import { openRun } from '../../train/open/openRun';
import { writeSequences } from '../../train/predict/writeSequences';
import { makeFolder, writeAtomically } from '../../train/runs/atomicFile';
import { runFiles } from '../../train/runs/run';
import { runCheckpoints } from '../../train/runs/runs';
import type { ExplainRequest } from '../protocol';
import { changedRow } from './whatIf';

/** @throws what opening the run, loading its data and explaining throw. */
export async function explainRow(
  request: ExplainRequest,
  engineFor: (backend: string | undefined) => Promise<Engine>,
  options: Pick<ExplainCall, 'signal' | 'onProgress' | 'onAnswer'> = {},
): Promise<Explanation> {
  const { run: where, ...question } = request;
  const run = await openRun(where);
  const dataset = await run.dataset();
  const changes = question.values && question.row !== undefined ? question.values : undefined;
  if (changes) question.values = changedRow(dataset.raw(question.row!).values, changes);
  const subject = {
    engine: await engineFor(run.record.backend),
    model: run.explained,
    weights: await run.weights(),
    dataset,
  };
  const explanation = await explain({
    ...question,
    ...options,
    ...subject,
    ...(dataset.target.writes && (await writtenFor(subject, question, options.signal))),
    loss: lossSpec(run.experiment),
    checkpoints: () => runCheckpoints(run.folder, run.model),
    examples: async named => {
      const file = examplesAt(named, path.dirname(path.resolve(run.folder, run.record.experiment)));
      return run.preparation.prepare(await run.preparation.readRows(file, options.signal));
    },
  });
  const { row } = explanation;
  // Of a row that is being edited there are many, none of which is worth a file.
  if (!changes)
    await keep(run.folder, question.values ? 'typed' : row === null ? 'model' : `row-${row}`, explanation);
  return explanation;
}

/**
 * Where examples lie that were named: from the experiment's folder, as all that it names, else from where one stands.
 *
 * @throws file-not-found
 */
function examplesAt(named: string, home: string): string {
  const places = [path.resolve(home, named), path.resolve(named)];
  const found = places.find(place => existsSync(place));
  if (found !== undefined) return found;
  throw new VitrineError(
    'file-not-found',
    `"${named}" names no examples: there is no file or folder ${places[0]}, and it is neither row numbers nor a condition on a column.`,
  );
}

/** What the model writes by itself is what is explained, not what it should have written. */
export async function writtenFor(
  subject: { engine: Engine; model: Model; weights: Tensors; dataset: Dataset },
  { row, values }: Pick<ExplainRequest, 'row' | 'values'>,
  signal: AbortSignal | undefined,
): Promise<Pick<ExplainCall, 'input' | 'prediction'>> {
  const { dataset } = subject;
  const { parts, target } = dataset;
  const known = row !== undefined && Object.values(dataset.splits).some(s => s.includes(row));
  const prepared = values ? dataset.prepare([values]) : known ? dataset.batch([row]).input : undefined;
  // explain() says what is wrong with the question.
  if (!prepared || !parts) return {};
  const [written] = await writeSequences({
    ...subject,
    input: prepared,
    target,
    parts,
    ...(signal && { signal }),
  });
  return {
    input: { shape: prepared.shape, data: written!.input },
    prediction: { output: [], label: written!.text, index: 0 },
  };
}

/** An explanation stays with its run, by what it is about: as numbers and as a picture. The same question asked again replaces them. */
async function keep(folder: string, about: string, explanation: Explanation): Promise<void> {
  const to = path.join(folder, runFiles.explanations);
  await makeFolder(to);
  const name = path.join(to, `${explanation.method}-${about}-${explanation.target.index}`);
  await writeAtomically(`${name}.json`, `${JSON.stringify(explanation, null, 2)}\n`);
  await writeAtomically(`${name}.svg`, attributionSvg(explanation));
}
