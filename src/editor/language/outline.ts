/** The outline of a document from its syntax alone, parsed once per version; the parser is loaded when first needed. */
import type * as vscode from 'vscode';
import type { ModelClass } from '../../formats/pytorch/outline';
import { looksLikeModelFile } from '../text/python';

const known = new WeakMap<vscode.TextDocument, { version: number; classes: readonly ModelClass[] }>();

export async function outlineOf(document: vscode.TextDocument): Promise<readonly ModelClass[]> {
  const cached = known.get(document);
  if (cached?.version === document.version) return cached.classes;
  const text = document.getText();
  if (!looksLikeModelFile(text)) return [];
  const { outline } = await import('../../formats/pytorch/outline');
  const classes = outline(text, document.uri.fsPath);
  known.set(document, { version: document.version, classes });
  return classes;
}
