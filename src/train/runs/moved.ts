/**
 * Runs lie beside their experiment, in `.vitrine/runs/<id>/`: when the folder is moved, copied or checked out elsewhere,
 * they go with it. What a record says of paths is therefore read from where the run lies now. A run that ships with a
 * sample names its experiment and its model relative to its own folder.
 */
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path';
import type { RunRecord } from './run';

export interface Moved {
  /** Where a file lies now that lay beside the experiment, or below it; others stay where they were. */
  now(file: string): string;
}

/** @param experiment as the record has it, absolute or relative to the run's folder. */
export function movedTo(runFolder: string, experiment: string): Moved {
  const run = resolve(runFolder);
  const runs = dirname(run);
  const inPlace = basename(runs) === 'runs' && basename(dirname(runs)) === '.vitrine';
  const before = experiment.replace(/[\\/][^\\/]*$/, '');
  const home = inPlace ? dirname(dirname(runs)) : isAbsolute(experiment) ? before : resolve(run, before);
  return {
    now(file) {
      const rest = file.startsWith(before) ? file.slice(before.length) : undefined;
      if (rest === undefined || !/^[\\/]/.test(rest)) return file;
      return home + rest.replaceAll(/[\\/]/g, sep);
    },
  };
}

export function movedRecord(runFolder: string, record: RunRecord): RunRecord {
  const { now } = movedTo(runFolder, record.experiment);
  return {
    ...record,
    experiment: now(record.experiment),
    model: { ...record.model, file: now(record.model.file) },
  };
}
