/** Between VS Code's positions (from 0) and the model's places (from 1). */
import * as vscode from 'vscode';
import type { SourceRange } from '../../model/graph';
import type { Place } from '../text/places';

export const pythonFiles: vscode.DocumentSelector = { language: 'python', scheme: 'file' };

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
