/** Where runs live: `.vitrine/runs/<id>/` next to the experiment file. */
import { randomBytes } from 'node:crypto';
import { access, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VitrineError } from '../../model/errors';
import { cannotWrite, makeFolder, writeAtomically } from './atomicFile';

/** The folder that holds the runs of all experiments in `folder`. */
export function runsFolder(folder: string): string {
  return join(folder, '.vitrine', 'runs');
}

/** Time and chance: ids sort by the time of their start and two windows never make the same one. */
export function newRunId(now = new Date()): string {
  const time = now
    .toISOString()
    .replace(/[-:]/g, '')
    .replace('T', '-')
    .replace(/\.(\d+)Z$/, '-$1');
  return `${time}-${randomBytes(2).toString('hex')}`;
}

/** True for what `newRunId` makes: a name that stays inside its folder. */
export function isRunId(id: string): boolean {
  return /^\d{8}-\d{6}-\d{3}-[0-9a-f]{4}$/.test(id);
}

/**
 * The folder of a run, from ids that come over the wire.
 *
 * @throws bad-request for an id that is none (and might lead out of the folder).
 */
export function runFolderOf(folder: string, id: string): string {
  if (!isRunId(id)) throw new VitrineError('bad-request', `"${id}" is no run's id.`);
  return join(runsFolder(folder), id);
}

/** Makes the folder of a new run beside its experiment file. */
export async function createRunFolder(experimentFile: string): Promise<{ id: string; folder: string }> {
  const runs = runsFolder(dirname(experimentFile));
  await makeFolder(runs);
  await ignoreInVersionControl(join(dirname(experimentFile), '.vitrine'));
  for (;;) {
    const id = newRunId();
    const folder = join(runs, id);
    try {
      await mkdir(folder);
      return { id, folder };
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EEXIST') throw cannotWrite(folder, e);
    }
  }
}

/**
 * Runs are results, often large: git leaves them out unless the user says otherwise. The file is written once and
 * then the user's: an edited or emptied one stays as it is.
 */
async function ignoreInVersionControl(folder: string): Promise<void> {
  const file = join(folder, '.gitignore');
  try {
    await access(file);
  } catch {
    await writeAtomically(file, '# Runs of Vitrine. Empty this file to keep them in version control.\n*\n');
  }
}
