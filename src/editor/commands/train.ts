/** Train Model: finds the experiment of what it is run on, or helps to write one, and trains it. */
import * as vscode from 'vscode';
import type { Rooms } from '../rooms';
import { newExperiment } from './newExperiment';
import { pickExperiment, type Target, targetOf } from './targets';

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
      return (await newExperiment(target, rooms, all[0]))?.fsPath;
    }
  }
}

/** Goes on with a run that was interrupted. */
export async function resume(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind !== 'run') return;
  await rooms.training.train(target.run.record.experiment, { resume: target.run.record.id });
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
