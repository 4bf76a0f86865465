/** The layers of model classes in the outline and in Go to Symbol: what is defined in `__init__`, below its class. */
import * as vscode from 'vscode';
import type { ModuleInfo } from '../../model/graph';
import { Models } from '../models';
import type { Rooms } from '../rooms';
import { enabled } from '../settings';
import { encloses, inFile } from '../text/places';
import { classPlaces } from '../text/python';
import { pythonFiles, vscodeRange } from './places';

export function registerSymbols(rooms: Rooms): vscode.Disposable {
  return vscode.languages.registerDocumentSymbolProvider(
    pythonFiles,
    { provideDocumentSymbols: (document, token) => symbolsOf(document, token, rooms) },
    { label: 'Vitrine' },
  );
}

async function symbolsOf(
  document: vscode.TextDocument,
  token: vscode.CancellationToken,
  rooms: Rooms,
): Promise<vscode.DocumentSymbol[]> {
  if (!enabled('symbols', document)) return [];
  const reading = (await rooms.models.read(document, token)) ?? rooms.models.known(document.uri);
  const file = document.uri.fsPath;
  const all = Models.models(reading).flatMap(m => m.modules);
  return classPlaces(document.getText()).map(c => {
    const end = document.lineAt(Math.min(document.lineCount, c.endLine) - 1).range.end;
    const whole = new vscode.Range(new vscode.Position(c.line - 1, 0), end);
    const name = new vscode.Range(c.line - 1, c.nameColumn - 1, c.line - 1, c.nameColumn - 1 + c.name.length);
    const symbol = new vscode.DocumentSymbol(c.name, 'nn.Module', vscode.SymbolKind.Class, whole, name);
    const seen = new Set<string>();
    for (const m of all) {
      if (!inFile(m.definition, file) || !whole.contains(vscodeRange(m.definition))) continue;
      const key = `${m.definition.line}:${m.definition.column}`;
      if (seen.has(key) || insideAnother(m, all, file)) continue;
      seen.add(key);
      const range = vscodeRange(m.definition);
      symbol.children.push(
        new vscode.DocumentSymbol(
          m.path.split('.').at(-1) || m.type,
          `${m.type}(${m.arguments})`,
          vscode.SymbolKind.Field,
          range,
          range,
        ),
      );
    }
    return symbol;
  });
}

/** A layer of a Sequential that is written inside it is the Sequential's. */
function insideAnother(m: ModuleInfo, all: readonly ModuleInfo[], file: string): boolean {
  return all.some(
    o =>
      o !== m &&
      o.path !== '' &&
      inFile(o.definition, file) &&
      encloses(o.definition, m.definition!) &&
      !encloses(m.definition!, o.definition),
  );
}
