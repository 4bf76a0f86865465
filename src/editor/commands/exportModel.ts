/** Writes a model with its weights in another format. */
import path from 'node:path';
import * as vscode from 'vscode';
import { nameOf } from '../../names/names';
import type { Rooms } from '../rooms';
import type { Run } from '../runs/store';
import { language } from '../settings';
import { mustBeTrusted } from '../trust';
import { classOf, type Target, targetOf } from './targets';

const { l10n } = vscode;

export async function exportModel(argument: unknown, rooms: Rooms): Promise<void> {
  const target = await targetOf(argument, rooms);
  const model = target && (await classOf(target));
  if (!model) return;
  mustBeTrusted('model/export', { file: model.file, to: '', output: '' });
  const { exporters } = await import('../../service/exporters');
  const picked = await vscode.window.showQuickPick(
    Object.entries(exporters)
      .filter(([, e]) => e.only === undefined || path.basename(model.file) === 'config.json')
      .map(([to, e]) => {
        const { title, summary } = nameOf('exporter', to, { title: e.name, summary: e.summary }, language());
        return { label: title, description: e.extension, detail: summary, to };
      }),
    { title: l10n.t('Export {0} as…', model.class) },
  );
  if (!picked) return;
  const run = picked.to === 'svg' ? undefined : await runToExport(target, model, rooms);
  if (run === 'none') return;
  if (run) return exportRunAs(run, picked.to, rooms, vscode.Uri.file(path.dirname(model.file)));
  const extension = picked.description.slice(1);
  const own = path.basename(model.file).toLowerCase();
  const stem =
    own === 'config.json' ? path.basename(path.dirname(model.file)) : path.basename(own, path.extname(own));
  // A folder stays as it is, as a file does.
  const same = !extension || `${stem}.${extension}`.toLowerCase() === own;
  const uri = await askForOutput(
    picked.to,
    vscode.Uri.file(path.dirname(model.file)),
    same ? `${stem}-exported` : stem,
  );
  if (!uri) return;
  const named = (await rooms.experiments.of(model.file, model.class)).find(
    e => e.model?.weights || e.model?.arguments || e.model?.input,
  )?.model;
  const { files, untrained } = await vscode.window.withProgress(
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
  await tellWritten(files, uri, untrained);
}

/**
 * The run whose weights are written, where there is a trained one and it is wanted.
 *
 * @returns "none" where the asking was broken off.
 */
async function runToExport(
  target: Target,
  { file, class: name }: { file: string; class: string },
  rooms: Rooms,
): Promise<Run | undefined | 'none'> {
  if (target.kind === 'run') return target.run;
  const trained = await rooms.runs.trained(
    target.kind === 'experiment' ? { experiment: target.file } : { file, class: name },
  );
  if (!trained) return undefined;
  const picked = await vscode.window.showQuickPick(
    [
      {
        label: l10n.t('As it was trained last'),
        description: trained.record.name ?? trained.record.id,
        run: trained,
      },
      {
        label: l10n.t('As it is before training'),
        detail: l10n.t('With the weights that its file or experiment names, else with first ones'),
        run: undefined,
      },
    ],
    { title: l10n.t('Which weights?') },
  );
  return picked ? picked.run : 'none';
}

/** Writes the trained model in another format. */
export async function exportRunAs(run: Run, to: string, rooms: Rooms, folder?: vscode.Uri): Promise<void> {
  const { id, model } = run.record;
  const output = await askForOutput(to, folder, `${model.class}-${id}`);
  if (!output) return;
  const { files } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Writing {0}', path.basename(output.fsPath)),
      cancellable: true,
    },
    (_, token) =>
      rooms.engine.request(
        'run/export',
        { folder: run.base, run: run.ownId, to, output: output.fsPath },
        { token },
      ),
  );
  await tellWritten(files, output);
}

/** Asks where a format is to be written, and whether what it writes beside that may be replaced. */
export async function askForOutput(
  to: string,
  folder: vscode.Uri | undefined,
  stem: string,
): Promise<vscode.Uri | undefined> {
  const { exporters } = await import('../../service/exporters');
  const exporter = exporters[to]!;
  const uri = await vscode.window.showSaveDialog({
    ...(folder && { defaultUri: vscode.Uri.joinPath(folder, `${stem}${exporter.extension}`) }),
    // A folder has no ending.
    ...(exporter.extension && { filters: { [exporter.name]: [exporter.extension.slice(1)] } }),
  });
  if (!uri) return undefined;
  const files = exporter.files(uri.fsPath);
  // The dialog asked about the file that it named, not about what is written beside it, nor about what is in a folder.
  return (await mayReplace(exporter.extension ? files.slice(1) : files)) ? uri : undefined;
}

/** Says what was written and offers to open it. */
export async function tellWritten(
  files: readonly string[],
  uri: vscode.Uri,
  untrained = false,
): Promise<void> {
  const names = files.map(f => path.basename(f)).join(', ');
  const open = l10n.t('Open');
  const answer = await vscode.window.showInformationMessage(
    untrained
      ? l10n.t(
          'Wrote {0} with first weights: the model file names no trained ones. A run is exported from the view of runs.',
          names,
        )
      : l10n.t('Wrote {0}.', names),
    open,
  );
  if (answer === open) await vscode.commands.executeCommand('vscode.open', uri);
}

async function mayReplace(files: readonly string[]): Promise<boolean> {
  const looked = await Promise.all(
    files.map(file =>
      vscode.workspace.fs.stat(vscode.Uri.file(file)).then(
        () => [file],
        () => [],
      ),
    ),
  );
  const there = looked.flat();
  if (there.length === 0) return true;
  const replace = l10n.t('Replace');
  const answer = await vscode.window.showWarningMessage(
    l10n.t(
      '{0} will be written too, and is there already. Replace it?',
      there.map(f => path.basename(f)).join(', '),
    ),
    { modal: true, detail: there.join('\n') },
    replace,
  );
  return answer === replace;
}
