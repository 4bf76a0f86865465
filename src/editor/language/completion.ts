/** Completion of layers and their arguments, and help with a signature while it is typed; no Python is needed. */
import * as vscode from 'vscode';
import { meanings, type Signature, signatures } from '../../formats/pytorch/signatures';
import { Models } from '../models';
import type { Rooms } from '../rooms';
import { enabled } from '../settings';
import { type OpenCall, openArguments, openCallAt, sizesFor } from '../text/calls';
import { modulesNamed, samePath } from '../text/places';
import { classAround, classPlaces, looksLikeModelFile } from '../text/python';
import { pythonFiles } from './places';

export function registerCompletion(rooms: Rooms): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.languages.registerCompletionItemProvider(
      pythonFiles,
      {
        provideCompletionItems: (document, position, token) =>
          completionsAt(document, position, token, rooms),
      },
      '.',
      '(',
      ',',
      '=',
    ),
    vscode.languages.registerSignatureHelpProvider(
      pythonFiles,
      { provideSignatureHelp: (document, position) => signatureAt(document, position) },
      '(',
      ',',
    ),
  );
}

function completionsAt(
  document: vscode.TextDocument,
  position: vscode.Position,
  token: vscode.CancellationToken,
  rooms: Rooms,
): vscode.CompletionItem[] | undefined {
  if (!enabled('completion', document) || token.isCancellationRequested) return undefined;
  const text = document.getText();
  if (!looksLikeModelFile(text)) return undefined;
  const before = document.lineAt(position).text.slice(0, position.character);
  if (/^[^'"]*#/.test(before)) return undefined;
  const names = /(?:^|[^\w.])(nn|F)\.(\w*)$/.exec(before);
  if (names) return signatures(names[1] as 'nn' | 'F').map((s, i) => nameItem(s, i));
  const call = openCallAt(text, document.offsetAt(position));
  if (!call) return undefined;
  return [...sizeItems(document, position, call, rooms), ...(call.atStart ? argumentItems(call) : [])];
}

function nameItem(s: Signature, order: number): vscode.CompletionItem {
  const layer = s.name.startsWith('nn.');
  const item = new vscode.CompletionItem(
    s.name.split('.')[1]!,
    layer ? vscode.CompletionItemKind.Class : vscode.CompletionItemKind.Function,
  );
  item.detail = `${s.name}(${labelOf(s)})`;
  item.sortText = `5${String(order).padStart(4, '0')}`;
  return item;
}

function argumentItems(call: OpenCall): vscode.CompletionItem[] {
  return openArguments(call).map((a, i) => {
    const item = new vscode.CompletionItem(`${a.name}=`, vscode.CompletionItemKind.Property);
    item.insertText = new vscode.SnippetString(
      a.default === undefined ? `${a.name}=$1` : `${a.name}=\${1:${a.default.replace(/[$}\\]/g, '\\$&')}}`,
    );
    item.detail =
      a.default === undefined
        ? vscode.l10n.t('{0}, needed', call.signature.name)
        : vscode.l10n.t('{0}, default {1}', call.signature.name, a.default);
    const meaning = meanings[a.name];
    if (meaning) item.documentation = new vscode.MarkdownString(vscode.l10n.t(meaning));
    item.sortText = `2${String(i).padStart(3, '0')}`;
    item.filterText = a.name;
    return item;
  });
}

/** Sizes that the traced shapes suggest for the argument at the place. */
function sizeItems(
  document: vscode.TextDocument,
  position: vscode.Position,
  call: OpenCall,
  { models }: Rooms,
): vscode.CompletionItem[] {
  const argument = call.signature.arguments[call.active]?.name;
  if (!argument) return [];
  const owner = classAround(classPlaces(document.getText()), position.line + 1);
  // The text is half typed: the newest reading is of a version before.
  const known = Models.models(models.known(document.uri)).filter(m => samePath(m.file, document.uri.fsPath));
  const model = known.find(m => m.name === owner?.name) ?? known[0];
  const modules = model && owner && call.attribute ? modulesNamed(model, owner.name, call.attribute) : [];
  return sizesFor(call, argument, model, modules, position.line + 1).map((s, i) => {
    const item = new vscode.CompletionItem(String(s.value), vscode.CompletionItemKind.Value);
    item.detail =
      s.from.kind === 'input'
        ? vscode.l10n.t('{0}: what arrives here', argument)
        : vscode.l10n.t('{0}: the output of {1}', argument, s.from.of);
    item.sortText = `1${i}`;
    item.preselect = i === 0;
    return item;
  });
}

function signatureAt(
  document: vscode.TextDocument,
  position: vscode.Position,
): vscode.SignatureHelp | undefined {
  if (!enabled('signatureHelp', document)) return undefined;
  const text = document.getText();
  if (!looksLikeModelFile(text)) return undefined;
  const call = openCallAt(text, document.offsetAt(position));
  if (!call || call.signature.arguments.length === 0) return undefined;
  const help = new vscode.SignatureHelp();
  const shown = new vscode.SignatureInformation(`${call.signature.name}(${labelOf(call.signature)})`);
  shown.parameters = call.signature.arguments.map(a => {
    const label = a.default === undefined ? a.name : `${a.name}=${a.default}`;
    const meaning = meanings[a.name];
    return new vscode.ParameterInformation(label, meaning ? vscode.l10n.t(meaning) : '');
  });
  help.signatures = [shown];
  help.activeSignature = 0;
  help.activeParameter = Math.max(0, Math.min(call.active, shown.parameters.length - 1));
  return help;
}

function labelOf(s: Signature): string {
  return s.arguments.map(a => (a.default === undefined ? a.name : `${a.name}=${a.default}`)).join(', ');
}
