/** Which files of the workspace hold models, told from their texts alone: classes, and scripts that train what they make. */
import path from 'node:path';
import * as vscode from 'vscode';
import { notebookCode } from '../formats/pytorch/notebook';
import { trainsItself } from '../formats/pytorch/trainsItself';
import { openText } from './notebooks';
import { classPlaces, looksLikeModelFile } from './text/python';

/** Python files and notebooks. */
export const modelSources = '**/*.{py,ipynb}';
const elsewhere =
  '**/{node_modules,.git,.vitrine,__pycache__,site-packages,.ipynb_checkpoints,.venv,venv,env}/**';
const mostFiles = 2000;
const mostBytes = 1_000_000;
/** Notebooks hold the pictures that they printed. */
const mostNotebookBytes = 20_000_000;

export interface FoundFile {
  uri: vscode.Uri;
  /** Lines from 1, in a notebook counted over all of its code. */
  classes: readonly { name: string; line: number }[];
}

export const isNotebook = (uri: vscode.Uri): boolean => uri.path.endsWith('.ipynb');

/** Files in order, each with its classes; one without any is a script that trains a model. */
export async function findModelFiles(): Promise<FoundFile[]> {
  const files = await vscode.workspace.findFiles(modelSources, elsewhere, mostFiles);
  const found: FoundFile[] = [];
  // A few at a time: a workspace may hold thousands of files, and this process has other work.
  for (let i = 0; i < files.length; i += 16) {
    const some = files.slice(i, i + 16);
    const texts = await Promise.all(some.map(pythonOf));
    texts.forEach((text, j) => {
      if (text === undefined || !looksLikeModelFile(text)) return;
      const classes = classPlaces(text).map(({ name, line }) => ({ name, line }));
      if (classes.length > 0 || trainsItself(text)) found.push({ uri: some[j]!, classes });
    });
  }
  return found.sort(
    (a, b) =>
      path.dirname(a.uri.fsPath).localeCompare(path.dirname(b.uri.fsPath)) ||
      a.uri.fsPath.localeCompare(b.uri.fsPath),
  );
}

/** The Python of a file; undefined where it is too large, no notebook, or cannot be read. */
async function pythonOf(uri: vscode.Uri): Promise<string | undefined> {
  const open = openText(uri);
  if (open !== undefined) return open;
  try {
    const most = isNotebook(uri) ? mostNotebookBytes : mostBytes;
    if ((await vscode.workspace.fs.stat(uri)).size > most) return undefined;
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    return isNotebook(uri) ? notebookCode(text) : text;
  } catch {
    return undefined;
  }
}
