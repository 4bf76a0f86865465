/** Commands on one run: show, reveal, delete. */
import * as vscode from 'vscode';
import type { Rooms } from '../rooms';
import { targetOf } from './targets';

const { l10n } = vscode;

export async function showRun(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind === 'run') await rooms.panel.showRun(target.run);
}

export async function revealRun(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  if (target?.kind === 'run') await vscode.commands.executeCommand('revealInExplorer', target.run.folder);
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
