/** Train Model: finds the experiment of what it is run on, or helps to write one, and trains it. */

import path from 'node:path';
import * as vscode from 'vscode';
import { trainsItself } from '../../formats/pytorch/trainsItself';
import { VitrineError } from '../../model/errors';
import { freeName } from '../exists';
import { textOf } from '../notebooks';
import type { Rooms } from '../rooms';
import { samePath } from '../text/places';
import { mustBeTrusted } from '../trust';
import { newExperiment } from './newExperiment';
import { pickExperiment, type Target, targetOf } from './targets';

const { l10n } = vscode;

export async function train(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  const experiment = target && (await experimentOf(target, rooms));
  if (experiment) await rooms.training.train(experiment);
}

async function experimentOf(target: Target, rooms: Rooms): Promise<string | undefined> {
  switch (target.kind) {
    case 'experiment':
      return target.file;
    case 'run':
      return target.run.record.experiment;
    case 'class': {
      const all = await rooms.experiments.of(target.file, target.class);
      // One without data keeps what was asked about the model: it becomes the experiment.
      const named = all.filter(e => e.data);
      if (named.length === 1) return named[0]!.file;
      if (named.length > 1) {
        // The one that the panel shows is the one that is worked with.
        const shown = rooms.panel.visible ? rooms.panel.state.experiment?.path : undefined;
        const current = named.find(e => e.file === shown);
        return (current ?? (await pickExperiment(named)))?.file;
      }
      return (await asCodeSays(target, rooms)) ?? (await newExperiment(target, rooms, all[0]))?.fsPath;
    }
  }
}

/** The experiment of a model whose file trains it itself, written beside it; nothing where it does not, or not readably. */
async function asCodeSays(
  { file, class: name }: { file: string; class: string },
  { engine, log }: Rooms,
): Promise<string | undefined> {
  if (!/\.(py|ipynb)$/.test(file)) return undefined;
  const text = await textOf(vscode.Uri.file(file));
  if (!trainsItself(text)) return undefined;
  mustBeTrusted('model/training', { file, folder: path.dirname(file) });
  const folder = path.dirname(file);
  try {
    const found = await engine.request('model/training', {
      file,
      class: name,
      texts: { [file]: text },
      folder,
    });
    if (found.class !== name || !samePath(found.modelFile, file)) return undefined;
    const uri = await freeName(vscode.Uri.file(folder), path.basename(file, path.extname(file)));
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(found.experiment));
    const { acting } = found;
    tell(
      acting
        ? l10n.t(
            '{0} learns in {1}, which line {2} of {3} names, by {4}. {5} says how.',
            name,
            acting.env,
            found.at?.line ?? 1,
            path.basename(file),
            acting.loss,
            path.basename(uri.fsPath),
          )
        : l10n.t(
            '{0} is trained as line {1} of {2} does. {3} says how.',
            name,
            found.at?.line ?? 1,
            path.basename(file),
            path.basename(uri.fsPath),
          ),
      uri,
    );
    return uri.fsPath;
  } catch (e) {
    if (!(e instanceof VitrineError) || e.code === 'cancelled') throw e;
    log.info(`${file}: ${e.message}`);
    void vscode.window.showInformationMessage(
      l10n.t('How {0} trains cannot be seen: {1}', path.basename(file), e.message),
    );
    return undefined;
  }
}

function tell(message: string, experiment: vscode.Uri): void {
  const open = l10n.t('Open');
  void vscode.window.showInformationMessage(message, open).then(picked => {
    if (picked) void vscode.window.showTextDocument(experiment);
  });
}

/** Goes on with a run that was interrupted. */
export async function resume(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind !== 'run') return;
  await rooms.training.train(target.run.record.experiment, { resume: target.run.ownId });
}

export async function showArchitecture(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (!target) return;
  if (target.kind === 'class') return rooms.panel.showModel(target.file, target.class, target.module);
  if (target.kind === 'experiment') return rooms.panel.showExperiment(target.file, 'architecture');
  return rooms.panel.showRun(target.run, 'architecture');
}

export async function showPanel(view: unknown, rooms: Rooms): Promise<void> {
  const { live } = rooms.training;
  if (view === 'explain') rooms.panel.showView('explain');
  await rooms.panel.open({ keepFocus: false });
  const { state } = rooms.panel;
  if (state.model || state.experiment) return;
  if (live) return rooms.panel.showExperiment(live.experiment, 'training');
  const active = vscode.window.activeTextEditor;
  if (active) await showArchitecture(active.document.uri, rooms).catch(e => rooms.log.debug(String(e)));
}
