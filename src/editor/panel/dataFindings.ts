/** Warnings about data as squiggles in the experiment file, until the file changes. */
import * as vscode from 'vscode';
import type { Diagnostic } from '../../model/graph';
import { rangeOf } from '../problems';

let collection: vscode.DiagnosticCollection | undefined;
let listening: vscode.Disposable | undefined;

/** Shows what was found in the data that an experiment names, instead of what was found before. */
export function markData(experiment: string, found: readonly Diagnostic[]): void {
  collection ??= vscode.languages.createDiagnosticCollection('vitrine-data');
  // What another version of the file says of its data is not known.
  listening ??= vscode.workspace.onDidChangeTextDocument(e => {
    if (e.contentChanges.length > 0) collection?.delete(e.document.uri);
  });
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

export function forgetDataFindings(): void {
  collection?.dispose();
  listening?.dispose();
  collection = undefined;
  listening = undefined;
}
