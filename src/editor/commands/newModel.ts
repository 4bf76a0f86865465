/** New Model for Data: writes a first model and its experiment beside a table or a folder, for who has data but no model yet. */
import path from 'node:path';
import * as vscode from 'vscode';
import { lookAt } from '../../train/setup/firstExperiment';
import { commands } from '../ids';
import type { Rooms } from '../rooms';
import { pickData, pickTarget } from './newExperiment';

const { l10n } = vscode;

export async function newModelForData(argument: unknown, _rooms: Rooms): Promise<void> {
  const { datasetKinds } = await import('../../data/load');
  const data =
    argument instanceof vscode.Uri
      ? argument
      : await pickData(datasetKinds, { title: l10n.t('Which data? (1 of 2)'), folders: true });
  if (!data || typeof data === 'string') return;
  const looked = await lookAt(data.fsPath, datasetKinds);
  const target =
    looked.heads && (await pickTarget(looked.heads, l10n.t('What is to be predicted? (2 of 2)')));
  if (looked.heads && !target) return;
  const { writeFirstModel } = await import('../../train/setup/firstModel');
  const { source, experiment } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Reading {0}', path.basename(data.fsPath)),
      cancellable: true,
    },
    (_, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort());
      return writeFirstModel(data.fsPath, target?.name, { signal: stop.signal }, looked);
    },
  );
  await vscode.window.showTextDocument(vscode.Uri.file(source), { preview: false });
  const train = l10n.t('Train');
  void vscode.window
    .showInformationMessage(
      l10n.t(
        '{0} predicts {1}; {2} holds how it is trained. Change both as you like.',
        path.basename(source),
        target?.name ?? l10n.t('the classes'),
        path.basename(experiment),
      ),
      train,
    )
    .then(picked => picked && vscode.commands.executeCommand(commands.train, vscode.Uri.file(experiment)));
}
