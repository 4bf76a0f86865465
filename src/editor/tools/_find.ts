/** From what a language model names (a path, a run's id, nothing at all) to an experiment or a run of the workspace. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import type { Rooms } from '../rooms';
import type { Run } from '../runs/store';
import { samePath } from '../text/places';

/** Absolute, or relative to a folder of the workspace. */
export async function fileOf(name: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const candidates = path.isAbsolute(name)
    ? [vscode.Uri.file(name)]
    : folders.map(f => vscode.Uri.joinPath(f.uri, name));
  for (const uri of candidates) {
    if (!folders.some(f => isInside(f.uri.fsPath, uri.fsPath))) continue;
    const found = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (found) return uri;
  }
  throw new VitrineError(
    'file-not-found',
    `There is no file "${name}" in the workspace. Give a path relative to the workspace folder.`,
  );
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** The experiment that is named, or the only one there is. */
export async function experimentFor(name: string | undefined, { experiments }: Rooms): Promise<string> {
  const all = (await experiments.all()).filter(e => e.model);
  const names = all.map(e => vscode.workspace.asRelativePath(e.file));
  if (name !== undefined) {
    const uri = await fileOf(name).catch(() => undefined);
    const found = uri && all.find(e => samePath(e.file, uri.fsPath));
    if (found) return found.file;
    const base = nearest(
      path.basename(name),
      names.map(n => path.basename(n)),
    );
    const near = names.find(n => base !== undefined && path.basename(n) === base);
    throw new VitrineError(
      'file-not-found',
      `There is no experiment "${name}".${near ? ` Did you mean "${near}"?` : ''} There are ${listed(names, 20)}.`,
    );
  }
  if (all.length === 1) return all[0]!.file;
  throw new VitrineError(
    'bad-request',
    all.length === 0
      ? 'The workspace has no experiment file (*.vitrine.json). Write one first: it names a model, data, a loss and an optimizer.'
      : `Which experiment? There are ${listed(names, 20)}. Give one as "experiment".`,
  );
}

/** The run that is named by its id, or the newest trained one (of an experiment, if that is named). */
export async function runFor(
  { run, experiment }: { run?: string; experiment?: string },
  rooms: Rooms,
): Promise<Run> {
  await rooms.runs.refresh();
  if (run !== undefined) {
    const found = await rooms.runs.get(run);
    if (found) return found;
    const ids = (await rooms.runs.all()).map(r => r.record.id);
    throw new VitrineError(
      'file-not-found',
      `There is no run "${run}". ${ids.length === 0 ? 'Nothing was trained yet: call train_model.' : `The newest are ${listed(ids, 10)}.`}`,
    );
  }
  const of = experiment === undefined ? undefined : await experimentFor(experiment, rooms);
  const newest = await rooms.runs.trained(of === undefined ? {} : { experiment: of });
  if (newest) return newest;
  throw new VitrineError('file-not-found', 'There is no finished run yet. Call train_model first.');
}
