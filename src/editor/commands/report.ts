/** Writes a run's model card as one page that works offline, and makes an experiment of one again. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { ReportRequest } from '../../service/inquiries/reportRun';
import { exists } from '../exists';
import { messageOf } from '../problems';
import type { Rooms } from '../rooms';
import { isTrained, type Run } from '../runs/store';
import { language } from '../settings';
import { mustBeTrusted } from '../trust';
import { targetOf } from './targets';

const { l10n } = vscode;
/** No report is larger: what is, is none. */
const maxReport = 200 * 1024 * 1024;

export async function saveReport(argument: unknown, rooms: Rooms): Promise<void> {
  mustBeTrusted('report');
  const run = await trainedRun(argument, rooms);
  if (!run) return;
  const suggested = vscode.Uri.joinPath(
    vscode.Uri.file(run.base),
    `${run.record.model.class}-${run.record.id}.html`,
  );
  const to = await vscode.window.showSaveDialog({
    defaultUri: suggested,
    title: l10n.t('Save the report of {0}', run.record.model.class),
    filters: { HTML: ['html'] },
  });
  if (!to) return;
  const { html } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      cancellable: true,
      title: l10n.t('Writing the report'),
    },
    (progress, token) => {
      let shown = 0;
      return rooms.engine.request(
        'report',
        {
          run: run.folder.fsPath,
          name: path.basename(to.fsPath),
          language: language(),
          ...lookedAt(rooms, run),
        },
        {
          token,
          onProgress: done => {
            progress.report({ increment: Math.max(0, 100 * done - shown) });
            shown = Math.max(shown, 100 * done);
          },
        },
      );
    },
  );
  try {
    await vscode.workspace.fs.writeFile(to, new TextEncoder().encode(html));
  } catch (e) {
    throw new VitrineError('bad-file', l10n.t('{0} could not be written: {1}', to.fsPath, messageOf(e)));
  }
  const open = l10n.t('Open in Browser');
  void vscode.window
    .showInformationMessage(l10n.t('Wrote {0}.', path.basename(to.fsPath)), open)
    .then(answer => answer === open && vscode.env.openExternal(to));
}

/** What the panel shows of the run goes into its report: the explanation, the chosen row, and the groups that were compared. */
function lookedAt({ panel }: Rooms, run: Run): Pick<ReportRequest, 'asked' | 'by' | 'positive'> {
  const { run: shown, explanation, inquiries, selection, explained, samples } = panel.state;
  if (shown?.record.id !== run.record.id) return {};
  const { target } = explained ?? samples ?? {};
  const { asked } = inquiries?.fairness ?? {};
  const compared =
    asked?.kind === 'fairness' && inquiries?.fairness?.run === run.record.id ? asked : undefined;
  return {
    asked: [
      ...(explanation
        ? [
            {
              method: explanation.method,
              ...(explanation.row !== null && { row: explanation.row }),
              ...(explanation.options && { options: explanation.options }),
              ...(target?.classes && !target.boxes && { target: explanation.target.index }),
            },
          ]
        : []),
      // The model as a whole is looked at, and a row was before.
      ...(selection.row !== undefined && selection.row !== explanation?.row ? [{ row: selection.row }] : []),
    ],
    ...(compared && {
      by: compared.by,
      ...(compared.positive !== undefined && { positive: compared.positive }),
    }),
  };
}

async function trainedRun(argument: unknown, rooms: Rooms): Promise<Run | undefined> {
  const target = await targetOf(argument, rooms);
  if (!target) return undefined;
  const run =
    target.kind === 'run'
      ? target.run
      : await rooms.runs.trained(
          target.kind === 'class' ? { file: target.file, class: target.class } : { experiment: target.file },
        );
  if (run && isTrained(run.record)) return run;
  throw new VitrineError('bad-request', l10n.t('A report is about a trained model: train it first.'));
}

/** Writes the experiment and the model's source that a report holds into a folder, and opens the experiment. */
export async function openReport(argument: unknown): Promise<void> {
  const report =
    argument instanceof vscode.Uri
      ? argument
      : (
          await vscode.window.showOpenDialog({
            title: l10n.t('A report written by Vitrine'),
            filters: { HTML: ['html'] },
          })
        )?.[0];
  if (!report) return;
  const { size } = await vscode.workspace.fs.stat(report);
  if (size > maxReport)
    throw new VitrineError('bad-file', l10n.t('{0} is too large for a report.', report.fsPath));
  const { extractFiles, plainName } = await import('../../explain/report/embedded');
  const { experiment, source } = extractFiles(
    new TextDecoder().decode(await vscode.workspace.fs.readFile(report)),
  );
  const files = [experiment, ...(source ? [source] : [])];
  for (const f of files) plainName(f.name, f === experiment ? '.vitrine.json' : '.py', report.fsPath);
  const folder = vscode.Uri.joinPath(report, '..', path.basename(report.fsPath, '.html'));
  if (await exists(folder))
    throw new VitrineError(
      'bad-file',
      l10n.t('The folder {0} is there already: rename it or the report first.', folder.fsPath),
    );
  await vscode.workspace.fs.createDirectory(folder);
  for (const f of files)
    await vscode.workspace.fs.writeFile(
      vscode.Uri.joinPath(folder, f.name),
      new TextEncoder().encode(f.text),
    );
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, experiment.name));
}
