/** The experiment that a language model means: by its file, or by a model, data or both, for which one may have to be written first. */

import path from 'node:path';
import * as vscode from 'vscode';
import { outermost } from '../../formats/_outermost';
import { trainsItself } from '../../formats/pytorch/trainsItself';
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import type { ReadModel } from '../../service/protocol';
import { freeName } from '../exists';
import type { ExperimentInfo } from '../experiments/info';
import { experimentSuffix } from '../ids';
import { Models } from '../models';
import { textOf } from '../notebooks';
import type { Rooms } from '../rooms';
import { samePath } from '../text/places';
import { experimentFor, fileOf } from './_find';

export interface Wanted {
  experiment?: string;
  model?: string;
  data?: string;
  target?: string;
}

export interface Found {
  file: string;
  /** What had to be written for it, relative to the workspace. */
  wrote?: readonly string[];
  /** What was guessed. */
  note?: string;
}

const isSource = (name: string) => /\.(py|ipynb)(#|$)/.test(name);

/** @throws file-not-found, bad-request with what to give instead; what looking at data throws. */
export async function experimentToTrain(wanted: Wanted, rooms: Rooms): Promise<Found> {
  const { experiment, data, target } = wanted;
  let { model } = wanted;
  if (experiment !== undefined && model === undefined && data === undefined) {
    if (isSource(experiment)) model = experiment;
    else if (!experiment.endsWith(experimentSuffix)) {
      // Data that exist are meant as data.
      const uri = await fileOf(experiment).catch(() => undefined);
      if (uri) return onDataAlone(uri, target, rooms);
    }
  }
  if (model !== undefined) return ofModel(model, data, target, rooms);
  if (data !== undefined) return onDataAlone(await fileOf(data), target, rooms);
  return { file: await experimentFor(experiment, rooms) };
}

async function ofModel(
  model: string,
  data: string | undefined,
  target: string | undefined,
  rooms: Rooms,
): Promise<Found> {
  const [name, wanted] = model.split('#') as [string, string?];
  const uri = await fileOf(name);
  const trained = data === undefined ? undefined : await fileOf(data);
  const there = (await rooms.experiments.of(uri.fsPath, wanted)).filter(
    e => e.data && (trained === undefined || suits(e, trained, target)),
  );
  const one = only(there, name);
  if (one) return { file: one };
  if (!trained) {
    const asWritten = await asCodeSays(uri, wanted, rooms);
    if (asWritten) return asWritten;
    throw new VitrineError(
      'bad-request',
      `No experiment trains ${name} yet. Give the table or folder to train on as "data", and the column to predict as "target".`,
    );
  }
  const [{ experimentOnData, experimentPath }, { writeAtomically }] = await Promise.all([
    import('../../train/setup/onData'),
    import('../../train/runs/atomicFile'),
  ]);
  const of = { file: uri.fsPath, class: wanted ?? (await classIn(uri, name, rooms)) };
  let read: ReadModel | undefined;
  const { text, target: predicted } = await experimentOnData(of, trained.fsPath, target, async input => {
    const all = await rooms.engine.request('model/read', { ...of, ...(input && { input }) });
    read = all[of.class];
    return read;
  });
  // What cannot be trained gets no experiment.
  const wrong = read?.diagnostics.find(d => d.severity === 'error');
  if (wrong)
    throw new VitrineError(
      'bad-model',
      `${path.basename(wrong.file)}:${wrong.line}: ${wrong.message}${wrong.fix ? ` (${wrong.fix.title})` : ''}`,
    );
  const usual = experimentPath(of, trained.fsPath, experimentSuffix);
  const { fsPath: file } = await freeName(
    vscode.Uri.file(path.dirname(usual)),
    path.basename(usual, experimentSuffix),
  );
  await writeAtomically(file, text);
  return { file, ...told([file], predicted, target) };
}

/** The experiment there is for data, or a first model with one. */
async function onDataAlone(data: vscode.Uri, target: string | undefined, rooms: Rooms): Promise<Found> {
  const there = (await rooms.experiments.all()).filter(e => suits(e, data, target));
  const one = only(there, path.basename(data.fsPath));
  if (one) return { file: one };
  const { writeFirstModel } = await import('../../train/setup/firstModel');
  const { source, experiment, target: predicted } = await writeFirstModel(data.fsPath, target);
  return { file: experiment, ...told([source, experiment], predicted, target) };
}

function suits({ data }: ExperimentInfo, uri: vscode.Uri, target: string | undefined): boolean {
  return (
    data?.file !== undefined &&
    samePath(data.file, uri.fsPath) &&
    (target === undefined || data.target === target)
  );
}

function only(found: readonly ExperimentInfo[], what: string): string | undefined {
  if (found.length < 2) return found[0]?.file;
  throw new VitrineError(
    'bad-request',
    `Several experiments train ${what}: ${listed(found.map(e => vscode.workspace.asRelativePath(e.file)))}. Give one as "experiment".`,
  );
}

function told(files: readonly string[], predicted: string | undefined, target: string | undefined) {
  return {
    wrote: files.map(f => vscode.workspace.asRelativePath(f)),
    ...(predicted !== undefined &&
      target === undefined && {
        note: `It predicts "${predicted}", the likeliest column; give another one as "target".`,
      }),
  };
}

/** The experiment of a file that trains its model itself, written beside it. */
async function asCodeSays(
  uri: vscode.Uri,
  wanted: string | undefined,
  { engine }: Rooms,
): Promise<Found | undefined> {
  const text = await textOf(uri);
  if (!trainsItself(text)) return undefined;
  const folder = path.dirname(uri.fsPath);
  const request = { file: uri.fsPath, texts: { [uri.fsPath]: text }, folder };
  const found = await engine.request('model/training', {
    ...request,
    ...(wanted !== undefined && { class: wanted }),
  });
  const { writeAtomically } = await import('../../train/runs/atomicFile');
  const stem = path.basename(uri.fsPath, path.extname(uri.fsPath));
  const { fsPath: file } = await freeName(vscode.Uri.file(folder), stem);
  await writeAtomically(file, found.experiment);
  return { file, ...told([file], undefined, undefined) };
}

async function classIn(uri: vscode.Uri, name: string, { models }: Rooms): Promise<string> {
  const reading = await models.read(await vscode.workspace.openTextDocument(uri));
  const all = Models.models(reading);
  const found = outermost(Object.fromEntries(all.map(model => [model.name, { model }])));
  if (found.length === 1) return found[0]!;
  throw new VitrineError(
    'class-not-found',
    found.length === 0
      ? `${name} has no class that extends nn.Module and can be built.`
      : `${name} has several models: ${listed(found)}. Say which, e.g. "model": "${name}#${found[0]}".`,
  );
}
