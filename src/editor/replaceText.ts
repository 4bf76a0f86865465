/** Replaces what a document says through its editor, so that nothing typed there is lost and one undo takes it back. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../model/errors';

/** @throws bad-file where the editor refuses the change or the file cannot be saved: then nothing was kept. */
export async function replaceText(document: vscode.TextDocument, text: string): Promise<void> {
  const { uri } = document;
  const edit = new vscode.WorkspaceEdit();
  const end = document.lineAt(document.lineCount - 1).range.end;
  edit.replace(uri, new vscode.Range(new vscode.Position(0, 0), end), text);
  const name = path.basename(uri.fsPath);
  const at = { file: uri.fsPath };
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new VitrineError(
      'bad-file',
      vscode.l10n.t(
        '{0} was not changed: the editor refused the edit. It may be read-only, or it was changed elsewhere meanwhile; open it and try again.',
        name,
      ),
      { at },
    );
  if (!(await document.save()))
    throw new VitrineError(
      'bad-file',
      vscode.l10n.t('{0} was changed in its editor but could not be saved: save it there.', name),
      { at },
    );
}
