/** Whether files are there, and names that are free. */
import * as vscode from 'vscode';
import { experimentSuffix } from './ids';

export async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** Of an experiment file that is not there yet: with a number behind the name where it is taken. */
export async function freeName(folder: vscode.Uri, name: string): Promise<vscode.Uri> {
  for (let i = 1; ; i++) {
    const uri = vscode.Uri.joinPath(folder, `${name}${i === 1 ? '' : `-${i}`}${experimentSuffix}`);
    if (!(await exists(uri))) return uri;
  }
}
