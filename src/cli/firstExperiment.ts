/** Writes the first experiment of a class for data, as Train Model does in the editor, with guesses where that asks. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { datasetKinds } from '../data/load';
import { VitrineError } from '../model/errors';
import { listed, nearest } from '../model/suggest';
import { writeAtomically } from '../train/atomicFile';
import {
  dataOptions,
  guessLoss,
  likelyTargets,
  lookAt,
  newExperimentText,
  outputSize,
  pictureShape,
} from '../train/firstExperiment';
import type { CommandCall } from './command';
import { experimentSuffix, splitFragment } from './experiments';
import { readModels } from './readModels';

/**
 * @param argument "net.py" or "net.py#Net".
 * @returns the experiment's file, beside the model's; one that is there already is left as it stands.
 * @throws bad-usage for a file of several models, a column that there is not; bad-data, bad-file.
 */
export async function firstExperimentOn(
  call: CommandCall,
  argument: string,
  data: string,
  target: string | undefined,
): Promise<string> {
  const { file, class: wanted } = splitFragment(argument);
  const name = wanted ?? (await onlyClass(call, file));
  const home = path.dirname(path.resolve(file));
  const stem = path.basename(path.resolve(data)).replace(/\.[^.]+(\.gz)?$/, '');
  const experiment = path.join(home, `${name.toLowerCase()}-${stem}${experimentSuffix}`);
  if (await stat(experiment).catch(() => undefined)) {
    call.terminal.message(`${path.relative('', experiment)} is there already and is trained as it stands.`);
    return experiment;
  }
  const looked = await lookAt(path.resolve(data), datasetKinds);
  const { kind, heads } = looked;
  const read = async (input?: readonly number[]) =>
    (
      await readModels(file, {
        class: name,
        ...(input && { input }),
        distFolder: call.distFolder,
        signal: call.signal,
      })
    )[name];
  const head = heads && (target === undefined ? likelyTargets(heads)[0] : heads.find(h => h.name === target));
  if (heads && !head) {
    const near =
      target !== undefined &&
      nearest(
        target,
        heads.map(h => h.name),
      );
    throw new VitrineError(
      'bad-usage',
      `There is no column "${target}" in ${path.basename(data)}. ${near ? `Did you mean "${near}"?` : `It has ${listed(heads.map(h => h.name))}.`}`,
    );
  }
  const options = await dataOptions(looked, head?.name, read);
  const outputs = outputSize(await read(pictureShape(kind.id, options)));
  const text = newExperimentText({
    model: { file: path.basename(file), class: name },
    data: {
      kind: kind.id,
      file: path.relative(home, path.resolve(data)).replaceAll(path.sep, '/'),
      ...(head && { target: head.name }),
    },
    options,
    loss: head ? guessLoss(head, outputs) : 'cross_entropy',
  });
  await writeAtomically(experiment, text);
  call.terminal.message(
    `Wrote ${path.relative('', experiment)}, which says how it is trained${head && target === undefined ? ` to predict "${head.name}"` : ''}; change it as you like.`,
  );
  return experiment;
}

async function onlyClass({ distFolder, signal }: CommandCall, file: string): Promise<string> {
  const names = Object.keys(await readModels(file, { distFolder, signal }));
  if (names.length === 1) return names[0]!;
  throw new VitrineError(
    'bad-usage',
    names.length === 0
      ? `${path.basename(file)} has no model to train.`
      : `${path.basename(file)} has several models: ${listed(names)}. Say which, e.g. ${path.basename(file)}#${names.at(-1)}.`,
  );
}
