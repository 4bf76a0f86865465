/** The status bar item: what computes and how far training is; opens the panel. Shown where there is something to say. */
import * as vscode from 'vscode';
import { commands, experimentSuffix } from './ids';
import type { Rooms } from './rooms';
import { progressOf } from './runs/live';
import { progressText } from './runs/training';
import { number } from './text/format';
import { classPlaces, looksLikeModelFile } from './text/python';

const { l10n } = vscode;

export function registerStatusBar({ training, panel }: Rooms): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('vitrine.status', vscode.StatusBarAlignment.Left, 0);
  item.name = 'Vitrine';
  item.command = commands.showPanel;
  let last = 0;
  const update = () => {
    const { live } = training;
    if (live) {
      const loss = live.loss === undefined ? '' : ` · ${l10n.t('loss {0}', number(live.loss))}`;
      const icon = live.state === 'paused' ? '$(debug-pause)' : '$(sync~spin)';
      item.text = `${icon} ${live.model} ${live.epoch}/${live.epochs}${loss}`;
      item.tooltip = tooltip(
        progressText(live),
        l10n.t('{0} % done on {1}', Math.floor(100 * progressOf(live)), live.backend),
        [live.executor, live.why].filter(x => x).join('. '),
      );
      item.accessibilityInformation = { label: `${live.model}: ${progressText(live)}` };
      item.show();
    } else if (training.busy) {
      item.text = `$(sync~spin) ${l10n.t('Preparing training…')}`;
      item.tooltip = undefined;
      item.accessibilityInformation = undefined;
      item.show();
    } else {
      const backend = panel.state.backend;
      item.text = backend ? `$(circuit-board) Vitrine: ${backend}` : '$(circuit-board) Vitrine';
      item.tooltip = tooltip(l10n.t('Show the panel of Vitrine'));
      item.accessibilityInformation = undefined;
      if (isOurs(vscode.window.activeTextEditor?.document) || panel.visible) item.show();
      else if (vscode.window.activeTextEditor) item.hide();
    }
  };
  update();
  return vscode.Disposable.from(
    item,
    training.onDidChange(update),
    training.onEvent(() => {
      if (Date.now() - last < 250) return;
      last = Date.now();
      update();
    }),
    vscode.window.onDidChangeActiveTextEditor(update),
  );
}

/** Paragraphs of plain text, and the way to the choice of a backend. */
function tooltip(...paragraphs: readonly string[]): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  text.isTrusted = { enabledCommands: [commands.chooseBackend] };
  for (const p of paragraphs.filter(x => x !== '')) text.appendText(p).appendMarkdown('\n\n');
  return text.appendMarkdown(
    `[${l10n.t('What computes: measure and choose…')}](command:${commands.chooseBackend})`,
  );
}

function isOurs(document: vscode.TextDocument | undefined): boolean {
  if (!document) return false;
  if (document.uri.path.endsWith(experimentSuffix)) return true;
  if (document.languageId !== 'python') return false;
  const text = document.getText();
  return looksLikeModelFile(text) && classPlaces(text).length > 0;
}
