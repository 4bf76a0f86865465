/** Where files stand, in the words of the window. */
import path from 'node:path';
import * as vscode from 'vscode';

/** The folder of a file in the workspace, beside its name in a list; of a file at the top nothing: its name is its path. */
export function folderOf(file: vscode.Uri | string): string {
  const folder = path.posix.dirname(vscode.workspace.asRelativePath(file));
  return folder === '.' ? '' : folder;
}
