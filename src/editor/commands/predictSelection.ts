/** Predict Selection: rows of a table, JSON or texts that are selected in an editor, by a trained run. */
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { PredictedRow } from '../../service/inquiries/predictFile';
import { predictionsCsv } from '../../service/inquiries/predictionTable';
import type { Rooms } from '../rooms';
import { isTrained, type Run } from '../runs/store';
import { percent } from '../text/format';
import { mustBeTrusted } from '../trust';

const { l10n } = vscode;
/** More is a file for the command line. */
const mostCharacters = 5_000_000;

export async function predictSelection(_argument: unknown, rooms: Rooms): Promise<void> {
  mustBeTrusted('predict');
  const editor = vscode.window.activeTextEditor;
  const text = editor && selectedText(editor);
  if (!text)
    throw new VitrineError(
      'bad-request',
      l10n.t('Select rows of a table, JSON or a text in an editor first: they are what is predicted.'),
    );
  if (text.length > mostCharacters)
    throw new VitrineError(
      'bad-request',
      l10n.t('That is too much for a selection. Predict a file with: vitrine predict RUN --input FILE'),
    );
  const run = await chooseRun(rooms);
  if (!run) return;
  const { rows, target } = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('Predicting by {0}…', run.record.model.class),
      cancellable: true,
    },
    (_progress, token) =>
      rooms.engine.request('predict', { run: run.folder.fsPath, text, keepGoing: true }, { token }),
  );
  await show(rows, target);
}

/** The selection, or the line of the cursor; rows of a table get the document's header line if it is not among them. */
function selectedText({ document, selection }: vscode.TextEditor): string {
  const range = selection.isEmpty
    ? document.lineAt(selection.active.line).range
    : new vscode.Range(selection.start, selection.end);
  const text = document.getText(range);
  const table = /\.(csv|tsv|tab)$/i.test(document.fileName) || ['csv', 'tsv'].includes(document.languageId);
  if (!table || range.start.line === 0 || text.trim() === '') return text;
  // A row is whole or it is none.
  const whole = document.getText(
    new vscode.Range(range.start.line, 0, range.end.line, document.lineAt(range.end.line).text.length),
  );
  return `${document.lineAt(0).text}\n${whole}`;
}

async function chooseRun(rooms: Rooms): Promise<Run | undefined> {
  const shown = rooms.panel.state.run?.record.id;
  const runs = (await rooms.runs.all()).filter(r => isTrained(r.record));
  if (runs.length === 0)
    throw new VitrineError('bad-request', l10n.t('No model is trained yet. Train one first.'));
  if (runs.length === 1) return runs[0];
  const items = runs
    .map(run => ({
      label: run.record.model.class,
      description: run.record.id,
      detail: run.record.experiment,
      run,
    }))
    .sort((a, b) => Number(b.run.record.id === shown) - Number(a.run.record.id === shown));
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Which run predicts?') }))?.run;
}

async function show(rows: readonly PredictedRow[], target: string): Promise<void> {
  const open = l10n.t('Open as Table');
  const [first] = rows;
  const failed = rows.filter(r => r.error !== undefined);
  if (rows.length === 1 && first) {
    if (first.error !== undefined) throw new VitrineError('bad-data', first.error);
    const sure = first.probability === undefined ? '' : ` (${percent(first.probability)})`;
    const answer = await vscode.window.showInformationMessage(
      l10n.t('{0}: {1}{2}', target, String(first.prediction), sure),
      open,
    );
    if (answer !== open) return;
  }
  const document = await vscode.workspace.openTextDocument({
    language: 'csv',
    content: predictionsCsv(rows, target),
  });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  if (failed.length > 0)
    void vscode.window.showWarningMessage(
      l10n.t('{0} of {1} rows could not be read: {2}', failed.length, rows.length, failed[0]!.error!),
    );
}
