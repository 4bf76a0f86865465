/** Warnings about data as squiggles in the experiment file, until the file changes or is gone. */
import * as vscode from 'vscode';
import type { Diagnostic } from '../../model/graph';
import { experimentGlob } from '../ids';
import { rangeOf } from '../problems';

let collection: vscode.DiagnosticCollection | undefined;
let listening: vscode.Disposable | undefined;

/** Shows what was found in the data that an experiment names, instead of what was found before. */
export function markData(experiment: string, found: readonly Diagnostic[]): void {
  collection ??= vscode.languages.createDiagnosticCollection('vitrine-data');
  listening ??= listen(collection);
  collection.set(
    vscode.Uri.file(experiment),
    found.map(d => {
      const severity =
        d.severity === 'warning' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Information;
      const marked = new vscode.Diagnostic(rangeOf(d), d.message, severity);
      marked.source = 'Vitrine';
      marked.code = d.code;
      return marked;
    }),
  );
}

/** What another version of the file says of its data is not known; of a file that is gone there is nothing to say. */
function listen(findings: vscode.DiagnosticCollection): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(experimentGlob, true);
  const isOpen = (uri: vscode.Uri) =>
    vscode.workspace.textDocuments.some(d => d.uri.toString() === uri.toString());
  return vscode.Disposable.from(
    watcher,
    watcher.onDidDelete(uri => findings.delete(uri)),
    // Of an open file the text tells, which a mere save leaves as it is.
    watcher.onDidChange(uri => {
      if (!isOpen(uri)) findings.delete(uri);
    }),
    vscode.workspace.onDidChangeTextDocument(e => {
      if (e.contentChanges.length > 0) findings.delete(e.document.uri);
    }),
  );
}

export function forgetDataFindings(): void {
  collection?.dispose();
  listening?.dispose();
  collection = undefined;
  listening = undefined;
}
