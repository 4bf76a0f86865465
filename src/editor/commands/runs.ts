/** Commands on one run: show, reveal, delete. */

import path from 'node:path';
import * as vscode from 'vscode';
import { nameOf } from '../../names/names';
import { runFiles } from '../../train/runs/run';
import { experimentSuffix } from '../ids';
import { saveAs } from '../panel/saving';
import type { Rooms } from '../rooms';
import { metricsCsv } from '../runs/csv';
import type { Run } from '../runs/store';
import { language } from '../settings';
import { isRun, runLabel } from '../views/runsTree';
import { exportRunAs } from './exportModel';
import { targetOf } from './targets';

const { l10n } = vscode;
const MAX_NAME = 60;

export async function showRun(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind === 'run') await rooms.panel.showRun(target.run);
}

export async function revealRun(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind === 'run') await vscode.commands.executeCommand('revealInExplorer', target.run.folder);
}

/** Gives a run a name of one's own; an empty one takes it away. */
export async function renameRun(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind !== 'run') return;
  const { record } = target.run;
  const name = await vscode.window.showInputBox({
    title: l10n.t('Name of run {0}', record.id),
    value: record.name ?? '',
    placeHolder: l10n.t('Empty: named by its time'),
    validateInput: v =>
      v.trim().length > MAX_NAME ? l10n.t('At most {0} characters.', MAX_NAME) : undefined,
  });
  if (name !== undefined) await rooms.runs.rename(target.run, name.trim());
}

/** Lays the run's curves over those that the panel shows; several chosen runs over each other. */
export async function compareRuns(argument: unknown, rooms: Rooms, chosen: unknown): Promise<void> {
  const several = Array.isArray(chosen) ? chosen.filter(isRun) : [];
  if (several.length > 1) return rooms.panel.compare(several);
  const target = await targetOf(argument, rooms);
  if (target?.kind !== 'run') return;
  if (rooms.panel.state.run && rooms.panel.state.run.record.id !== target.run.record.id)
    return rooms.panel.compare([target.run]);
  const others = (await rooms.runs.all()).filter(r => r.record.id !== target.run.record.id);
  const picked = await vscode.window.showQuickPick(
    others.map(run => ({ label: runLabel(run), description: run.record.id, run })),
    { title: l10n.t('Compare with which runs?'), canPickMany: true, matchOnDescription: true },
  );
  if (picked?.length) await rooms.panel.compare([target.run, ...picked.map(p => p.run)]);
}

/** Writes what a run is made of where the user wants it: weights as they are, its curves as a table. */
export async function exportRun(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind !== 'run') return;
  const { run } = target;
  const kinds = [
    {
      label: l10n.t('Metrics as CSV'),
      detail: l10n.t('Loss and metrics of each epoch, for spreadsheets'),
      name: `${run.record.model.class}-${run.record.id}.csv`,
      content: async () => new TextEncoder().encode(metricsCsv(await eventsOf(run, rooms))),
    },
    {
      label: l10n.t('Weights as safetensors'),
      detail: l10n.t('Under the names of the state_dict: load_file of safetensors reads them'),
      name: `${run.record.model.class}-${run.record.id}.safetensors`,
      content: () => vscode.workspace.fs.readFile(vscode.Uri.joinPath(run.folder, runFiles.weights)),
    },
    {
      label: l10n.t('Experiment file'),
      detail: l10n.t('As it was when the run began: training it again gives the same run'),
      name: `${run.record.id}${experimentSuffix}`,
      content: () => vscode.workspace.fs.readFile(vscode.Uri.joinPath(run.folder, runFiles.experiment)),
    },
  ];
  const { exporters } = await import('../../service/exporters');
  const formats = Object.entries(exporters)
    // The weights are written as they lie in the run.
    .filter(
      ([to, e]) =>
        to !== 'safetensors' && (!e.only || path.basename(run.record.model.file) === 'config.json'),
    )
    .map(([to, { name, extension, ...own }]) => {
      const { title, summary } = nameOf('exporter', to, { title: name, summary: own.summary }, language());
      return { label: title, description: extension, detail: summary, to };
    });
  const picked = await vscode.window.showQuickPick([...kinds, ...formats], { title: l10n.t('Export what?') });
  if (!picked) return;
  if ('content' in picked) await saveAs(picked.name, await picked.content());
  else await exportRunAs(run, picked.to, rooms, vscode.workspace.workspaceFolders?.[0]?.uri);
}

async function eventsOf(run: Run, { engine }: Rooms) {
  const { events } = await engine.request('run/history', { folder: run.base, run: run.ownId });
  return events;
}

export async function deleteRun(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind !== 'run') return;
  const { record } = target.run;
  if (rooms.training.live?.id === record.id) return;
  const yes = l10n.t('Delete');
  const answer = await vscode.window.showWarningMessage(
    l10n.t('Delete run {0} of {1}?', record.id, record.model.class),
    {
      modal: true,
      detail: l10n.t('Its weights, metrics and explanations go with it: {0}', target.run.folder.fsPath),
    },
    yes,
  );
  if (answer !== yes) return;
  await rooms.runs.delete(target.run);
  rooms.explaining.forget(record.id);
}
