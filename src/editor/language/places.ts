/** Between VS Code's positions (from 0) and the model's places (from 1). */
import * as vscode from 'vscode';
import type { SourceRange } from '../../model/graph';
import { cellScheme } from '../notebooks';
import type { Place } from '../text/places';

/** Files, and cells of notebooks. */
export const pythonFiles: vscode.DocumentSelector = [
  { language: 'python', scheme: 'file' },
  { language: 'python', scheme: cellScheme },
];

export function placeOf(p: vscode.Position): Place {
  return { line: p.line + 1, column: p.character + 1 };
}

export function vscodeRange(r: Omit<SourceRange, 'file'>): vscode.Range {
  return new vscode.Range(
    Math.max(0, r.line - 1),
    Math.max(0, r.column - 1),
    Math.max(0, r.endLine - 1),
    Math.max(0, r.endColumn - 1),
  );
}
