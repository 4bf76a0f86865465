/** Writes the first experiment of a class for data, as Train Model does in the editor, with guesses where that asks. */

import { stat } from 'node:fs/promises';
import path from 'node:path';
import { datasetKinds } from '../data/load';
import { outermost } from '../formats/_outermost';
import { VitrineError } from '../model/errors';
import { listed } from '../model/suggest';
import { writeAtomically } from '../train/runs/atomicFile';
import { tableKind } from '../train/setup/firstExperiment';
import { writeFirstModel } from '../train/setup/firstModel';
import { experimentOnData, experimentPath } from '../train/setup/onData';
import type { CommandCall } from './command';
import { experimentSuffix, experimentsNaming, isHuggingFace, splitFragment } from './experiments';
import { readModels } from './readModels';
import type { Terminal } from './terminal';

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
  const experiment = experimentPath({ file, class: name }, data, experimentSuffix);
  return writtenOnce(experiment, call.terminal, async () => {
    const read = async (input?: readonly number[]) =>
      (
        await readModels(file, {
          class: name,
          ...(input && { input }),
          distFolder: call.distFolder,
          signal: call.signal,
        })
      )[name];
    const written = await experimentOnData({ file, class: name }, data, target, read);
    const guessed = written.target !== undefined && target === undefined;
    return { text: written.text, ...(guessed && { how: `to predict "${written.target}"` }) };
  });
}

interface Written {
  text: string;
  /** More of how it is trained, for the reader. */
  how?: string;
}

/** Writes an experiment and says so; one that is there already is left as it stands. */
export async function writtenOnce(
  experiment: string,
  terminal: Terminal,
  make: () => Written | Promise<Written>,
): Promise<string> {
  const shown = path.relative('', experiment);
  if (await stat(experiment).catch(() => undefined)) {
    terminal.message(`${shown} is there already and is trained as it stands.`);
    return experiment;
  }
  const { text, how } = await make();
  await writeAtomically(experiment, text);
  terminal.message(
    `Wrote ${shown}, which says how it is trained${how === undefined ? '' : ` ${how}`}; change it as you like.`,
  );
  return experiment;
}

/**
 * The experiment of data that no model is named for: the one that trains on them already, else a first model and its
 * experiment, written beside them.
 *
 * @returns undefined for what is no data.
 * @throws bad-usage, bad-data
 */
export async function experimentOfData(
  call: CommandCall,
  data: string,
  target: string | undefined,
): Promise<string | undefined> {
  const info = await stat(data).catch(() => undefined);
  if (!info || !(info.isDirectory() || tableKind(data, datasetKinds)) || (await isHuggingFace(data)))
    return undefined;
  const there = (await experimentsNaming(data, undefined, 'data')).filter(
    e => target === undefined || e.target === target,
  );
  if (there.length > 1)
    throw new VitrineError(
      'bad-usage',
      `Several experiments train on ${path.basename(data)}: ${listed(there.map(e => path.basename(e.file)))}. Say which one.`,
    );
  if (there[0]) {
    call.terminal.message(
      `${there[0].file} trains on ${path.basename(data)} already and is trained as it stands.`,
    );
    return there[0].file;
  }
  const written = await writeFirstModel(data, target, {
    signal: call.signal,
    onProgress: () => call.terminal.progress(`reading ${path.basename(data)}`),
  });
  call.terminal.message(
    `Wrote ${path.relative('', written.source)}, a small network${target === undefined && written.target !== undefined ? ` that predicts "${written.target}" (another column: --target NAME)` : ''}, and ${path.relative('', written.experiment)}, which says how it is trained; change both as you like.`,
  );
  return written.experiment;
}

async function onlyClass({ distFolder, signal }: CommandCall, file: string): Promise<string> {
  const names = outermost(await readModels(file, { distFolder, signal }));
  if (names.length === 1) return names[0]!;
  throw new VitrineError(
    'bad-usage',
    names.length === 0
      ? `${path.basename(file)} has no model to train.`
      : `${path.basename(file)} has several models: ${listed(names)}. Say which, e.g. ${path.basename(file)}#${names.at(-1)}.`,
  );
}
