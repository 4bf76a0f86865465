/** Which experiment a file on the command line stands for. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { VitrineError } from '../model/errors';
import { listed } from '../model/suggest';

export const experimentSuffix = '.vitrine.json';

/** "net.py#Net" -> its file and class. */
export function splitFragment(argument: string): { file: string; class?: string } {
  const at = argument.lastIndexOf('#');
  return at > 0 ? { file: argument.slice(0, at), class: argument.slice(at + 1) } : { file: argument };
}

/**
 * An experiment file: the argument itself, or the one next to a model's file that names it.
 *
 * @param otherwise asked for one where there is none.
 * @throws bad-usage when there is none (saying how to make one) or more than one.
 */
export async function experimentFor(
  argument: string,
  otherwise?: (file: string, modelClass: string | undefined) => Promise<string | undefined>,
): Promise<string> {
  if (argument.endsWith(experimentSuffix)) return argument;
  const { file, class: wanted } = splitFragment(argument);
  const found = await experimentsNaming(file, wanted);
  if (found.length === 1) return found[0]!.file;
  const made = found.length === 0 ? await otherwise?.(file, wanted) : undefined;
  if (made !== undefined) return made;
  if (found.length > 1) {
    throw new VitrineError(
      'bad-usage',
      `Several experiments name ${path.basename(file)}: ${listed(found.map(e => path.basename(e.file)))}. Say which one.`,
    );
  }
  const stem = path.basename(file, path.extname(file));
  throw new VitrineError(
    'bad-usage',
    `No experiment beside ${file} names it. Train it on data, "vitrine train ${argument} --data rows.csv --target COLUMN", which writes one; or make ${path.join(path.dirname(file), stem + experimentSuffix)}, for example:\n${JSON.stringify(
      {
        model: { file: path.basename(file), class: wanted ?? 'Net' },
        data: { kind: 'csv', file: 'data.csv', target: 'label' },
        loss: 'cross_entropy',
      },
      undefined,
      2,
    )}`,
  );
}

/** Experiments in the folder of a file that name it as their model (of this class, if given) or as their data, by name. */
export async function experimentsNaming(
  file: string,
  modelClass?: string,
  as: 'model' | 'data' = 'model',
): Promise<(Named & { file: string })[]> {
  const folder = path.dirname(path.resolve(file));
  const names = await readdir(folder).catch(() => [] as string[]);
  const out: (Named & { file: string })[] = [];
  for (const name of names.filter(n => n.endsWith(experimentSuffix)).sort()) {
    const candidate = path.join(folder, name);
    const named = namedBy(await readFile(candidate, 'utf8').catch(() => ''), as);
    if (!named || path.resolve(folder, named.file) !== path.resolve(file)) continue;
    if (modelClass === undefined || named.class === modelClass)
      out.push({ ...named, file: path.join(path.dirname(file), name) });
  }
  return out;
}

interface Named {
  class: string | undefined;
  target: string | undefined;
}

/** Only a look: the experiment itself may still have faults, which its reading reports. */
function namedBy(text: string, as: 'model' | 'data'): (Named & { file: string }) | undefined {
  const parsed = parse(text, [], { allowTrailingComma: true }) as Record<string, unknown> | undefined;
  const of = (part: string) => Object(parsed?.[part]) as Record<string, unknown>;
  const [file, name, target] = [of(as)['file'], of('model')['class'], of('data')['target']];
  if (typeof file !== 'string') return undefined;
  return {
    file,
    class: typeof name === 'string' ? name : undefined,
    target: typeof target === 'string' ? target : undefined,
  };
}

/** Whether an argument is a folder that Transformers saved, or its config.json. */
export async function isHuggingFace(where: string): Promise<boolean> {
  if (path.basename(where) === 'config.json') return true;
  const info = await stat(path.join(where, 'config.json')).catch(() => undefined);
  return info?.isFile() === true;
}
