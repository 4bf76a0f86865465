/** The layers of model classes in the outline and in Go to Symbol, from the syntax alone: there while one types. */
import * as vscode from 'vscode';
import { enabled } from '../settings';
import { outlineOf } from './outline';
import { pythonFiles, vscodeRange } from './places';

export function registerSymbols(): vscode.Disposable {
  return vscode.languages.registerDocumentSymbolProvider(
    pythonFiles,
    { provideDocumentSymbols: document => symbolsOf(document) },
    { label: 'Vitrine' },
  );
}

async function symbolsOf(document: vscode.TextDocument): Promise<vscode.DocumentSymbol[]> {
  if (!enabled('symbols', document)) return [];
  return (await outlineOf(document)).map(c => {
    const symbol = new vscode.DocumentSymbol(
      c.name,
      c.bases.join(', '),
      vscode.SymbolKind.Class,
      vscodeRange(c.range),
      vscodeRange(c.nameRange),
    );
    symbol.children = c.layers.map(
      l =>
        new vscode.DocumentSymbol(
          l.name,
          `${l.type}(${l.arguments.map(a => (a.name ? `${a.name}=${a.text}` : a.text)).join(', ')})`,
          vscode.SymbolKind.Field,
          vscodeRange(l.range),
          vscodeRange(l.call),
        ),
    );
    if (c.forward)
      symbol.children.push(
        new vscode.DocumentSymbol(
          'forward',
          '',
          vscode.SymbolKind.Method,
          vscodeRange(c.forward),
          vscodeRange(c.forward),
        ),
      );
    return symbol;
  });
}
