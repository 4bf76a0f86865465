/** The selection across the window's parts: source lines follow the panel and the sidebar, and these the cursor. */
import * as vscode from 'vscode';
import { findAt } from '../language/hover';
import { isPython, Models } from '../models';
import { rangeOf } from '../problems';
import type { Rooms } from '../rooms';
import { enabled } from '../settings';
import { samePath, sourceOf } from '../text/places';

/** A cursor that rests, not one that passes. */
const REST = 120;

export function registerLinks(rooms: Rooms): vscode.Disposable {
  let timer: NodeJS.Timeout | undefined;
  const look = (editor: vscode.TextEditor) => {
    const { model, selection } = rooms.panel.state;
    if (!model || !rooms.panel.visible || !enabled('followCursor') || !isPython(editor.document)) return;
    const reading = rooms.models.current(editor.document);
    const found = reading && findAt(editor.document, editor.selection.active, Models.models(reading));
    if (!found?.module || found.model.name !== model.name || !samePath(found.model.file, model.file)) return;
    if (found.module !== selection.module) rooms.panel.select({ module: found.module }, 'editor');
  };
  return vscode.Disposable.from(
    vscode.window.onDidChangeTextEditorSelection(({ kind, textEditor }) => {
      // A cursor that was put there by code, ours among it, is not the user's.
      if (kind === undefined || kind === vscode.TextEditorSelectionChangeKind.Command) return;
      clearTimeout(timer);
      timer = setTimeout(() => look(textEditor), REST);
    }),
    rooms.panel.onDidSelect(({ change, origin }) => {
      const { model } = rooms.panel.state;
      if (origin === 'editor' || !change.module || !model) return;
      const place = sourceOf(model, change.module);
      const editor =
        place && vscode.window.visibleTextEditors.find(e => samePath(e.document.uri.fsPath, place.file));
      // Nothing is opened for a selection: a source that is not on the screen stays away.
      if (!place || !editor) return;
      const range = rangeOf(place);
      editor.selection = new vscode.Selection(range.start, range.end);
      // The line, not its end: a long one would move everything sideways.
      const start = new vscode.Range(range.start.line, 0, range.start.line, 0);
      editor.revealRange(start, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }),
    { dispose: () => clearTimeout(timer) },
  );
}
