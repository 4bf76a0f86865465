/** Compares two model files, or one with what git has. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { DiffSide } from '../../service/protocol';
import { modelFileExtensions } from '../ids';
import { folderOf } from '../place';
import type { Rooms } from '../rooms';
import { classPlaces } from '../text/python';
import { mustBeTrusted } from '../trust';

const { l10n } = vscode;
const ignored = '**/{node_modules,.git,.vitrine,__pycache__,site-packages,.venv,venv,env}/**';

/** From the palette, the explorer (one file or two), or a model's page. */
export async function compareModels(argument: unknown, rooms: Rooms, all?: unknown): Promise<void> {
  const chosen = Array.isArray(all) ? all.filter(u => u instanceof vscode.Uri) : [];
  if (chosen.length === 2) return compare(chosen[0]!, chosen[1]!, rooms);
  const first = uriOf(argument) ?? (await pickFile(l10n.t('Compare which model? (1 of 2)'), undefined));
  if (!first) return;
  const head = l10n.t('$(git-commit) HEAD');
  const second = await pickFile(l10n.t('Compare {0} with… (2 of 2)', path.basename(first.fsPath)), first, {
    label: head,
    description: l10n.t('as git has it'),
  });
  if (second === undefined) return;
  if (second === 'extra') return compareWithHead(first, rooms);
  return compare(second, first, rooms);
}

/** From the palette, an editor, or the view of changes. */
export async function compareWithHead(argument: unknown, rooms: Rooms): Promise<void> {
  const uri = uriOf(argument) ?? (await pickFile(l10n.t('Compare which model with HEAD?'), undefined));
  if (!uri) return;
  const name = await classOf(uri);
  if (name === null) return;
  const after = await sideOf(uri, name, rooms);
  rooms.diffs.open({
    before: { ...after, label: l10n.t('{0} (HEAD)', path.basename(uri.fsPath)), revision: 'HEAD', texts: {} },
    after,
  });
}

async function compare(before: vscode.Uri, after: vscode.Uri, rooms: Rooms): Promise<void> {
  const [a, b] = [await classOf(before), await classOf(after)];
  if (a === null || b === null) return;
  rooms.diffs.open({
    before: { ...(await sideOf(before, a, rooms)), withWeights: true },
    after: { ...(await sideOf(after, b, rooms)), withWeights: true },
  });
}

async function sideOf(uri: vscode.Uri, name: string | undefined, rooms: Rooms): Promise<DiffSide> {
  const file = uri.fsPath;
  const document = vscode.workspace.textDocuments.find(d => d.uri.toString() === uri.toString());
  const named = name === undefined ? [] : await rooms.experiments.of(file, name);
  const more = named.find(e => e.model?.arguments || e.model?.input || e.model?.weights)?.model;
  return {
    file,
    label: path.basename(file),
    ...(name !== undefined && { class: name }),
    ...(more?.arguments && { arguments: more.arguments }),
    ...(more?.input && { input: more.input }),
    ...(more?.weights && { weights: more.weights }),
    ...(document?.isDirty && { texts: { [file]: document.getText() } }),
  };
}

/** Undefined for files with one model; null when the user gave up choosing. */
async function classOf(uri: vscode.Uri): Promise<string | undefined | null> {
  if (!uri.path.endsWith('.py')) return undefined;
  mustBeTrusted('model/diff');
  const document = await vscode.workspace.openTextDocument(uri);
  const classes = classPlaces(document.getText());
  if (classes.length === 0)
    throw new VitrineError(
      'class-not-found',
      l10n.t('{0} has no class that extends nn.Module.', path.basename(uri.fsPath)),
    );
  if (classes.length === 1) return classes[0]!.name;
  const picked = await vscode.window.showQuickPick(
    [...classes].reverse().map(c => ({ label: `$(symbol-class) ${c.name}`, name: c.name })),
    { title: l10n.t('Which model?'), placeHolder: path.basename(uri.fsPath) },
  );
  return picked?.name ?? null;
}

/** What a command is run on: a file, a resource of source control, or the editor in front. */
function uriOf(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument;
  const resource = (argument as { resourceUri?: unknown } | undefined)?.resourceUri;
  if (resource instanceof vscode.Uri) return resource;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText ? input.uri : undefined;
  return uri && isModelFile(uri) ? uri : undefined;
}

function isModelFile(uri: vscode.Uri): boolean {
  const name = uri.path.toLowerCase();
  return name.endsWith('.py') || modelFileExtensions.some(e => name.endsWith(e));
}

async function pickFile(title: string, without: vscode.Uri | undefined): Promise<vscode.Uri | undefined>;
async function pickFile(
  title: string,
  without: vscode.Uri | undefined,
  extra: vscode.QuickPickItem,
): Promise<vscode.Uri | 'extra' | undefined>;
async function pickFile(
  title: string,
  without: vscode.Uri | undefined,
  extra?: vscode.QuickPickItem,
): Promise<vscode.Uri | 'extra' | undefined> {
  const endings = [...modelFileExtensions.map(e => e.slice(1)), 'py'];
  const files = (await vscode.workspace.findFiles(`**/*.{${endings.join(',')}}`, ignored, 500)).filter(
    u => u.toString() !== without?.toString(),
  );
  const same = without && path.extname(without.path);
  const items: (vscode.QuickPickItem & { uri?: vscode.Uri | 'extra' })[] = [
    ...(extra ? [{ ...extra, uri: 'extra' as const }] : []),
    ...files
      .sort(
        (a, b) =>
          Number(path.extname(b.path) === same) - Number(path.extname(a.path) === same) ||
          a.path.localeCompare(b.path),
      )
      .map(uri => ({
        label: `$(file) ${path.basename(uri.fsPath)}`,
        description: folderOf(uri),
        uri,
      })),
    { label: l10n.t('$(folder-opened) Another file…') },
  ];
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  if (!picked) return undefined;
  if (picked.uri) return picked.uri;
  const [uri] = (await vscode.window.showOpenDialog({ filters: { [l10n.t('Models')]: endings } })) ?? [];
  return uri;
}
