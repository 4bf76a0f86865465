/** From what a language model names (a path, a run's id, nothing at all) to an experiment or a run of the workspace. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { runFiles } from '../../train/runs/run';
import { exists } from '../exists';
import { experimentSuffix } from '../ids';
import type { Rooms } from '../rooms';
import type { Run } from '../runs/store';
import { samePath } from '../text/places';

const howToTrain =
  'Call train_model with "model" (a Python file, or file.py#Class), "data" (a table, or a folder by class) and "target" (the column to predict): it writes one.';

/** Absolute, or relative to a folder of the workspace. */
export async function fileOf(name: string): Promise<vscode.Uri> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const candidates = path.isAbsolute(name)
    ? [vscode.Uri.file(name)]
    : folders.map(f => vscode.Uri.joinPath(f.uri, name));
  for (const uri of candidates) {
    if (!folders.some(f => isInside(f.uri.fsPath, uri.fsPath))) continue;
    if (await exists(uri)) return uri;
  }
  const near = await likeFile(name);
  throw new VitrineError(
    'file-not-found',
    `There is no file "${name}" in the workspace.${near ? ` Did you mean "${near}"?` : ''} Give a path relative to the workspace folder.`,
  );
}

/** A file that has the same name elsewhere, or nearly the same. */
async function likeFile(name: string): Promise<string | undefined> {
  const { base, ext } = path.parse(name);
  if (!/^\.\w+$/.test(ext)) return undefined;
  const files = await vscode.workspace.findFiles(
    `**/*${ext}`,
    '**/{node_modules,.git,.vitrine,__pycache__,site-packages,.venv,venv,env}/**',
    500,
  );
  const found = nearest(
    base,
    files.map(f => path.basename(f.fsPath)),
  );
  const file = files.find(f => path.basename(f.fsPath) === found);
  return file && vscode.workspace.asRelativePath(file);
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
    // One that was just written is there before it is found.
    if (uri?.path.endsWith(experimentSuffix)) return uri.fsPath;
    const base = nearest(
      path.basename(name, experimentSuffix),
      names.map(n => path.basename(n, experimentSuffix)),
    );
    const near = names.find(n => base !== undefined && path.basename(n, experimentSuffix) === base);
    throw new VitrineError(
      'file-not-found',
      uri
        ? `${name} is no experiment file (*${experimentSuffix}). ${howToTrain}`
        : `There is no experiment "${name}".${near ? ` Did you mean "${near}"?` : ''} ${names.length > 0 ? `There are ${listed(names, 20)}.` : howToTrain}`,
    );
  }
  if (all.length === 1) return all[0]!.file;
  throw new VitrineError(
    'bad-request',
    all.length === 0
      ? `The workspace has no experiment file (*${experimentSuffix}). ${howToTrain}`
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
  throw new VitrineError(
    'file-not-found',
    `There is no finished run ${of === undefined ? 'yet' : `of ${vscode.workspace.asRelativePath(of)} yet`}. Call train_model first.`,
  );
}

/** As `runFor`. @throws also file-not-found where its weights are gone or were never kept, with runs that have theirs. */
export async function trainedRunFor(
  which: { run?: string; experiment?: string },
  rooms: Rooms,
): Promise<Run> {
  const run = await runFor(which, rooms);
  if (await hasWeights(run)) return run;
  const others: string[] = [];
  for (const other of await rooms.runs.all()) {
    if (others.length === 5) break;
    if (samePath(other.record.experiment, run.record.experiment) && (await hasWeights(other)))
      others.push(other.record.id);
  }
  throw new VitrineError(
    'file-not-found',
    `Run "${run.record.id}" has no weights (${runFiles.weights} is not in ${vscode.workspace.asRelativePath(run.folder)}). Call train_model again${others.length > 0 ? `, or use ${listed(others)}` : ''}.`,
  );
}

async function hasWeights({ folder }: Run): Promise<boolean> {
  for (const name of [runFiles.weights, runFiles.checkpoint]) {
    if (await exists(vscode.Uri.joinPath(folder, name))) return true;
  }
  return false;
}
