/** Tells the user what went wrong, in plain words, with a way to the place or to the log. Never a stack trace. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../model/errors';
import { messageIn } from '../names/messages';
import type { Log } from './log';
import { language } from './settings';

/** VS Code's own command. */
export const manageTrust = 'workbench.trust.manage';

export function isCancelled(e: unknown): boolean {
  return (
    e instanceof vscode.CancellationError ||
    (e instanceof VitrineError && e.code === 'cancelled') ||
    (e instanceof Error && e.name === 'AbortError')
  );
}

/** The sentence for a person, with the file that it speaks of. What nobody foresaw is called what it is. */
export function messageOf(e: unknown): string {
  if (e instanceof VitrineError) {
    const { at } = e.details;
    const name = at && path.basename(at.file);
    const message = messageIn(language(), e.message);
    if (!name || e.message.includes(name)) return message;
    return `${[name, at.line].filter(x => x !== undefined).join(':')}: ${message}`;
  }
  const what = e instanceof Error ? e.message : String(e);
  return vscode.l10n.t('Something in Vitrine went wrong that should not: {0}', what);
}

/** Shows an error unless it is a cancellation; the button leads to the place if it is known, else to the log. */
export async function report(e: unknown, log: Log): Promise<void> {
  if (isCancelled(e)) return;
  log.error(e instanceof Error ? (e.stack ?? e.message) : String(e));
  const at = e instanceof VitrineError ? (e.details.at ?? e.details.diagnostics?.[0]) : undefined;
  const showPlace = vscode.l10n.t('Show Place');
  const showLog = vscode.l10n.t('Show Log');
  const trust = vscode.l10n.t('Manage Workspace Trust');
  const untrusted = e instanceof VitrineError && e.code === 'untrusted';
  const answer = await vscode.window.showErrorMessage(
    messageOf(e),
    ...(untrusted ? [trust] : at?.file ? [showPlace, showLog] : [showLog]),
  );
  if (answer === trust) await vscode.commands.executeCommand(manageTrust);
  else if (answer === showLog) log.show();
  else if (answer === showPlace && at)
    await showPlaceOf({ line: 1, column: 1, ...at }).catch(async () => {
      await vscode.window.showErrorMessage(vscode.l10n.t('{0} cannot be opened.', at.file));
    });
}

export interface FilePlace {
  file: string;
  line: number;
  column: number;
  endLine?: number;
  endColumn?: number;
}

export function rangeOf(p: Omit<FilePlace, 'file'>): vscode.Range {
  const line = Math.max(0, p.line - 1);
  const column = Math.max(0, p.column - 1);
  return new vscode.Range(
    line,
    column,
    Math.max(line, (p.endLine ?? p.line) - 1),
    Math.max(0, (p.endColumn ?? p.column) - 1),
  );
}

export async function showPlaceOf(place: FilePlace): Promise<vscode.TextEditor> {
  const uri = vscode.Uri.file(place.file);
  const open = vscode.window.visibleTextEditors.find(e => e.document.uri.toString() === uri.toString());
  const panelColumn = vscode.window.tabGroups.activeTabGroup.viewColumn;
  const inPanel = vscode.window.activeTextEditor === undefined;
  const editor = await vscode.window.showTextDocument(uri, {
    // A place that the panel sends one to is shown beside the panel, not over it.
    viewColumn:
      open?.viewColumn ??
      (inPanel && panelColumn === vscode.ViewColumn.Two ? vscode.ViewColumn.One : vscode.ViewColumn.Active),
    preview: true,
  });
  const range = rangeOf(place);
  editor.selection = new vscode.Selection(range.start, range.end);
  editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
  return editor;
}
