/** New Model for a Table: writes a first model and its experiment beside a table, for who has data but no model yet. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { lookAt, newExperimentText, tableOptions } from '../../train/firstExperiment';
import { commands } from '../ids';
import type { Rooms } from '../rooms';
import { newModel } from '../text/newModel';
import { freeName, pickData, pickTarget } from './newExperiment';

const { l10n } = vscode;

export async function newModelForTable(argument: unknown, _rooms: Rooms): Promise<void> {
  const { datasetKinds } = await import('../../data/load');
  const data =
    argument instanceof vscode.Uri
      ? argument
      : await pickData(datasetKinds, { title: l10n.t('Which data? (1 of 2)') });
  if (!data) return;
  const file = data.fsPath;
  const { kind, heads = [] } = await lookAt(file, datasetKinds);
  if (heads.length < 2)
    throw new VitrineError(
      'bad-data',
      l10n.t(
        '{0} has one column; at least two are needed: what is predicted, and from what.',
        path.basename(file),
      ),
      { at: { file } },
    );
  const target = await pickTarget(heads, l10n.t('What is to be predicted? (2 of 2)'));
  if (!target) return;
  const options = tableOptions(heads, target.name);
  const left = options.find(o => o.name === 'exclude')?.value as readonly string[] | undefined;
  const others = heads.filter(h => h !== target && !left?.includes(h.name));
  const numbers = others.every(h => h.kind === 'number') ? others.length : undefined;
  const { name, text, loss } = newModel(path.basename(file), target, numbers);
  const folder = vscode.Uri.file(path.dirname(file));
  const stem = name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
  const source = await freeName(folder, stem, '.py');
  const experiment = await freeName(folder, stem);
  const bytes = (s: string) => new TextEncoder().encode(s);
  await vscode.workspace.fs.writeFile(source, bytes(text));
  await vscode.workspace.fs.writeFile(
    experiment,
    bytes(
      newExperimentText({
        model: { file: path.basename(source.fsPath), class: name },
        data: { kind: kind.id, file: path.basename(file), target: target.name },
        options,
        loss,
      }),
    ),
  );
  await vscode.window.showTextDocument(source, { preview: false });
  const train = l10n.t('Train');
  void vscode.window
    .showInformationMessage(
      l10n.t(
        '{0} predicts {1}; {2} holds how it is trained. Change both as you like.',
        path.basename(source.fsPath),
        target.name,
        path.basename(experiment.fsPath),
      ),
      train,
    )
    .then(picked => picked && vscode.commands.executeCommand(commands.train, experiment));
}
