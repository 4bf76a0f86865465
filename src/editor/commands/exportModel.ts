/** Writes a model with its weights in another format. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Rooms } from '../rooms';
import { classOf, targetOf } from './targets';

const { l10n } = vscode;

export async function exportModel(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  const model = target && (await classOf(target));
  if (!model) return;
  const { exporters } = await import('../../train/exporters');
  const picked = await vscode.window.showQuickPick(
    Object.entries(exporters).map(([to, e]) => ({
      label: e.name,
      description: e.extension,
      detail: e.summary,
      to,
    })),
    { title: l10n.t('Export {0} as…', model.class) },
  );
  if (!picked) return;
  const extension = picked.description.slice(1);
  const own = path.basename(model.file).toLowerCase();
  const stem =
    own === 'config.json' ? path.basename(path.dirname(model.file)) : path.basename(own, path.extname(own));
  const name =
    `${stem}.${extension}`.toLowerCase() === own ? `${stem}-exported.${extension}` : `${stem}.${extension}`;
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.file(path.join(path.dirname(model.file), name)),
    filters: { [picked.label]: [extension] },
  });
  if (!uri) return;
  const named = (await rooms.experiments.of(model.file, model.class)).find(
    e => e.model?.weights || e.model?.arguments || e.model?.input,
  )?.model;
  const { files } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Writing {0}', path.basename(uri.fsPath)),
      cancellable: true,
    },
    (_, token) =>
      rooms.engine.request(
        'model/export',
        {
          file: model.file,
          class: model.class,
          to: picked.to,
          output: uri.fsPath,
          ...(named?.weights && { weights: named.weights }),
          ...(named?.arguments && { arguments: named.arguments }),
          ...(named?.input && { input: named.input }),
        },
        { token },
      ),
  );
  const open = l10n.t('Open');
  const answer = await vscode.window.showInformationMessage(
    l10n.t('Wrote {0}.', files.map(f => path.basename(f)).join(', ')),
    open,
  );
  if (answer === open) await vscode.commands.executeCommand('vscode.open', uri);
}
