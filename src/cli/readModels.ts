/** Reads the models of a file as the command line names it. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ReadModel, ReadModelRequest } from '../formats/_format';
import { formatOf, modelFileOf } from '../formats/_registry';
import { answersIn } from '../formats/experiment/answers';
import { workspaceOf } from '../formats/experiment/paths';
import { VitrineError } from '../model/errors';
import { datasetOf, experimentOf, inputsOf } from '../train/setup/assemble';
import { experimentsNaming } from './experiments';

export interface ReadOptions {
  class?: string;
  input?: readonly number[];
  /** Constructor arguments that were given here, before what an experiment says. */
  arguments?: Readonly<Record<string, unknown>>;
  distFolder: string;
  signal: AbortSignal;
}

/**
 * All models of a file by name. Where no input is given, an experiment beside the file that names the model says its
 * shape and its constructor's arguments.
 *
 * @throws file-not-found, bad-file and what the format's reader throws.
 */
export async function readModels(file: string, options: ReadOptions): Promise<Record<string, ReadModel>> {
  const full = await modelFileOf(path.resolve(file), file);
  const info = await stat(full).catch(() => undefined);
  if (!info?.isFile()) throw new VitrineError('bad-file', `${file} is no file.`, { at: { file: full } });
  const format = await formatOf(full);
  const { distFolder, signal } = options;
  const context = { distFolder, workspaceFolder: workspaceOf(full), signal };
  const request = { file: full, ...(options.input && { input: options.input }) };
  const known = await fromExperiments(full, options);
  if (options.class !== undefined) {
    const more = known.get(options.class);
    const given = { ...more?.arguments, ...options.arguments };
    const whole = {
      ...more,
      ...request,
      class: options.class,
      ...(Object.keys(given).length > 0 && { arguments: given }),
    };
    return format.read(whole, context);
  }
  const read = await format.read(request, context);
  // Classes that an experiment says more of are read again with what it says.
  for (const [name, more] of known) {
    if (!Object.hasOwn(read, name)) continue;
    Object.assign(read, await format.read({ ...more, ...request, class: name }, context));
  }
  return read;
}

/** What experiments beside the file say of its classes' inputs and arguments. One with faults says nothing. */
async function fromExperiments(file: string, { class: wanted, signal }: ReadOptions) {
  const known = new Map<string, Pick<ReadModelRequest, 'input' | 'inputs' | 'arguments'>>();
  for (const { file: experimentFile, class: name } of await experimentsNaming(file, wanted)) {
    if (name === undefined || known.has(name)) continue;
    try {
      const experiment = await experimentOf(experimentFile);
      const { model } = experiment;
      const shapes = await inputsOf(experiment, () => datasetOf(experiment, experimentFile, { signal }));
      known.set(name, { ...shapes, ...(model.arguments && { arguments: model.arguments }) });
    } catch (e) {
      if (!(e instanceof VitrineError) || e.code === 'cancelled') throw e;
      // One that says no more than the model's values yet, or has other faults.
      known.set(name, answersIn(await readFile(experimentFile, 'utf8').catch(() => '')));
    }
  }
  return known;
}

/** "1x28x28" -> [1, 28, 28]. @throws bad-usage */
export function parseShape(text: string): number[] {
  const sizes = text.split(/[x×,]/).map(s => Number(s.trim() || Number.NaN));
  if (sizes.every(n => Number.isSafeInteger(n) && n > 0)) return sizes;
  throw new VitrineError('bad-usage', `"${text}" is no shape. Expected sizes like 1x28x28.`);
}
