/** The first experiment of a class for data, with guesses where the editor's guided choice asks. */
import path from 'node:path';
import { datasetKinds } from '../../data/load';
import type { ReadModel } from '../../formats/_format';
import { relativeTo } from '../../formats/experiment/paths';
import {
  dataOptions,
  guessLoss,
  likelyTargets,
  lookAt,
  newExperimentText,
  outputSize,
  pictureShape,
  timed,
} from './firstExperiment';
import { targetNamed } from './firstModel';

/** Where it stands: beside the model's file, named by both. */
export function experimentPath(model: { file: string; class: string }, data: string, suffix: string): string {
  const stem = path.basename(path.resolve(data)).replace(/\.[^.]+(\.gz)?$/, '');
  return path.join(path.dirname(path.resolve(model.file)), `${model.class.toLowerCase()}-${stem}${suffix}`);
}

/**
 * @param target the column to predict; the likeliest if undefined.
 * @param read the class, for samples of a shape without the batch where one is given.
 * @returns the text for a file beside the model's, and the column that it predicts, where the data have some.
 * @throws bad-usage for a column that there is not; bad-data, bad-file.
 */
export async function experimentOnData(
  model: { file: string; class: string },
  data: string,
  target: string | undefined,
  read: (input?: readonly number[]) => Promise<ReadModel | undefined>,
): Promise<{ text: string; target?: string }> {
  const looked = await lookAt(path.resolve(data), datasetKinds);
  const { kind, heads } = looked;
  const head = heads && (target === undefined ? likelyTargets(heads)[0] : targetNamed(heads, target, data));
  const options = await dataOptions(looked, head?.name, read);
  const outputs = outputSize(await read(pictureShape(kind.id, options)));
  const text = newExperimentText({
    model: { file: path.basename(model.file), class: model.class },
    data: {
      kind: kind.id,
      file: relativeTo(path.dirname(path.resolve(model.file)))(data),
      ...(head && { target: head.name }),
    },
    options,
    loss: head ? guessLoss(head, outputs) : 'cross_entropy',
    ...(head && { head, ...timed(heads!, head.name) }),
  });
  return { text, ...(head && { target: head.name }) };
}
