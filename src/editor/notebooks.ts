/**
 * Notebooks: their code cells are read as one Python file, and what is found goes back to the cells. A cell's places are
 * in the notebook's file, with lines counted in the cell; those of other cells are in a file of another name.
 */
import * as vscode from 'vscode';
import { notebookText } from '../formats/pytorch/notebook';
import type { Diagnostic, Model, SourceRange } from '../model/graph';
import type { ReadModel } from '../service/protocol';

export const cellScheme = 'vscode-notebook-cell';

export interface CombinedNotebook {
  file: string;
  text: string;
  cells: readonly { document: vscode.TextDocument; start: number; end: number }[];
}

/** The notebook that a cell's document belongs to. */
export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  if (document.uri.scheme !== cellScheme) return undefined;
  return vscode.workspace.notebookDocuments.find(n => n.getCells().some(c => c.document === document));
}

export function combined(notebook: vscode.NotebookDocument): CombinedNotebook {
  const code = notebook
    .getCells()
    .filter(c => c.kind === vscode.NotebookCellKind.Code && c.document.languageId === 'python')
    .map(c => c.document);
  const { text, starts } = notebookText(code.map(d => d.getText()));
  const cells = code.map((document, i) => ({
    document,
    start: starts[i]!,
    end: starts[i + 1] ?? Number.POSITIVE_INFINITY,
  }));
  return { file: notebook.uri.fsPath, text, cells };
}

/** The Python of a file or notebook as it stands in the editor; undefined where it is not open. */
export function openText(uri: vscode.Uri): string | undefined {
  const key = uri.toString();
  const notebook = vscode.workspace.notebookDocuments.find(n => n.uri.toString() === key);
  if (notebook) return combined(notebook).text;
  return vscode.workspace.textDocuments.find(d => d.uri.toString() === key)?.getText();
}

/** The same, opened where it is not. */
export async function textOf(uri: vscode.Uri): Promise<string> {
  return uri.path.endsWith('.ipynb')
    ? combined(await vscode.workspace.openNotebookDocument(uri)).text
    : (await vscode.workspace.openTextDocument(uri)).getText();
}

/** What was read of the whole, with the places of one cell. */
export function ofCell(
  models: Readonly<Record<string, ReadModel>>,
  { file }: CombinedNotebook,
  { start, end }: { start: number; end: number },
): Record<string, ReadModel> {
  const within = (r: SourceRange) => r.file === file && r.line > start && r.line <= end;
  const range = <R extends SourceRange>(r: R): R =>
    within(r)
      ? { ...r, line: r.line - start, endLine: r.endLine - start }
      : { ...r, file: r.file === file ? `${file}#` : r.file };
  const model = (m: Model): Model => ({
    ...m,
    ...(m.definition ? { definition: range(m.definition) } : {}),
    nodes: m.nodes.map(n => (n.call ? { ...n, call: range(n.call) } : n)),
    modules: m.modules.map(x => (x.definition ? { ...x, definition: range(x.definition) } : x)),
  });
  const diagnostics = (all: readonly Diagnostic[]) =>
    all.filter(within).map(d => {
      const { fix, ...rest } = range(d);
      return { ...rest, ...(fix && within(fix.range) ? { fix: { ...fix, range: range(fix.range) } } : {}) };
    });
  return Object.fromEntries(
    Object.entries(models).map(([name, m]) => [
      name,
      { ...m, ...(m.model ? { model: model(m.model) } : {}), diagnostics: diagnostics(m.diagnostics) },
    ]),
  );
}

/** Shows a place of the whole (lines from 1) in its cell. */
export async function showInNotebook(place: { file: string; line: number; column: number }): Promise<void> {
  const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(place.file));
  const cell = combined(notebook).cells.find(c => place.line > c.start && place.line <= c.end);
  const index = notebook.getCells().findIndex(c => c.document === cell?.document);
  const range = new vscode.NotebookRange(Math.max(0, index), Math.max(0, index) + 1);
  const editor = await vscode.window.showNotebookDocument(notebook, { selections: [range] });
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
  const text = vscode.window.visibleTextEditors.find(e => e.document === cell?.document);
  if (!cell || !text) return;
  const at = new vscode.Position(place.line - 1 - cell.start, Math.max(0, place.column - 1));
  text.selection = new vscode.Selection(at, at);
}
