/** The output shape behind each call in `forward`. */
import * as vscode from 'vscode';
import { Models } from '../models';
import type { Rooms } from '../rooms';
import { enabled, onSettingChange } from '../settings';
import { shapeHints } from '../text/hints';
import { pythonFiles } from './places';

export function registerInlayHints(rooms: Rooms): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    onSettingChange(['inlayHints', 'evaluate'], () => changed.fire()),
    rooms.models.onDidRead(() => changed.fire()),
    vscode.languages.registerInlayHintsProvider(pythonFiles, {
      onDidChangeInlayHints: changed.event,
      provideInlayHints: (document, range, token) => hintsIn(document, range, token, rooms),
    }),
  );
}

async function hintsIn(
  document: vscode.TextDocument,
  range: vscode.Range,
  token: vscode.CancellationToken,
  rooms: Rooms,
): Promise<vscode.InlayHint[] | undefined> {
  if (!enabled('inlayHints', document)) return [];
  const reading = await rooms.models.read(document, token);
  if (!reading) return undefined;
  const taken = new Set<string>();
  return Models.models(reading).flatMap(model =>
    shapeHints(model, document.uri.fsPath).flatMap(h => {
      const position = new vscode.Position(h.line - 1, h.column - 1);
      const key = `${h.line}:${h.column}`;
      // A class that is read on its own and inside a larger model: the larger one knows the real sizes.
      if (taken.has(key) || !range.contains(position)) return [];
      taken.add(key);
      const hint = new vscode.InlayHint(position, h.label);
      hint.paddingLeft = true;
      if (h.detail.length > 0) hint.tooltip = h.detail.join('\n');
      return [hint];
    }),
  );
}
