/** Open a Sample: the gallery of what ships; copies a sample to a folder of the user's, opens it and its first step. */
import path from 'node:path';
import * as vscode from 'vscode';
import { exists } from '../exists';
import type { Rooms } from '../rooms';
import { groupTitle, readSamples, type SampleEntry } from '../samples';

const { l10n } = vscode;

/** Which folder's first step is to be shown once it is open: in another window, or in this one after it has reloaded. */
const pendingKey = 'vitrine.sampleToShow';

interface Item extends vscode.QuickPickItem {
  sample?: SampleEntry;
}

export async function openSample(argument: unknown, { context }: Rooms): Promise<void> {
  const samples = await readSamples(vscode.Uri.joinPath(context.extensionUri, 'media', 'samples'));
  const picked = samples.find(s => s.id === argument) ?? (await pickSample(samples));
  if (!picked) return;
  const [parent] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      title: l10n.t('Where shall the sample be copied to?'),
      openLabel: l10n.t('Copy Sample Here'),
    })) ?? [];
  if (!parent) return;
  const target = await freeFolder(parent, picked.id);
  await copySample(picked.folder, target);
  const here = l10n.t('Open');
  const newWindow = l10n.t('Open in New Window');
  // An empty window has nothing to keep: there is nothing to ask.
  const empty = vscode.workspace.workspaceFolders === undefined;
  const answer = empty
    ? here
    : await vscode.window.showInformationMessage(
        l10n.t('The sample is in {0}.', target.fsPath),
        here,
        newWindow,
      );
  if (!answer) return;
  await context.globalState.update(pendingKey, { folder: target.toString(), start: picked.start });
  await vscode.commands.executeCommand('vscode.openFolder', target, {
    forceNewWindow: answer === newWindow,
  });
}

/** The gallery: samples in groups, each with what it learns and what it shows. */
async function pickSample(samples: readonly SampleEntry[]): Promise<SampleEntry | undefined> {
  const items: Item[] = [];
  let group: string | undefined;
  for (const sample of samples) {
    if (sample.group !== group) {
      group = sample.group;
      items.push({ label: groupTitle(sample.group), kind: vscode.QuickPickItemKind.Separator });
    }
    items.push({
      label: `$(${sample.icon}) ${sample.title}`,
      description: sample.summary,
      // Its folder's name is what one has read of it elsewhere.
      detail: `${sample.id} · ${sample.shows}`,
      sample,
    });
  }
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Which sample?'),
    placeHolder: l10n.t('Each is a model in PyTorch with its data, ready to train and to explain'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.sample;
}

/** Shows the README and the first file of a sample that was just opened. */
export async function showOpenedSample(context: vscode.ExtensionContext): Promise<void> {
  const pending = context.globalState.get<{ folder?: unknown; start?: unknown }>(pendingKey);
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!pending || !folder || folder.uri.toString() !== pending.folder) return;
  await context.globalState.update(pendingKey, undefined);
  if (typeof pending.start === 'string') {
    const start = vscode.Uri.joinPath(folder.uri, path.posix.basename(pending.start));
    if (await exists(start)) await vscode.window.showTextDocument(start, { preview: false });
  }
  const readme = vscode.Uri.joinPath(folder.uri, 'README.md');
  if (!(await exists(readme))) return;
  // Someone may have switched VS Code's own Markdown off.
  await vscode.commands.executeCommand('markdown.showPreviewToSide', readme).then(undefined, () => {});
}

/** A sample's files, and the runs that ship with it where runs are kept: it can be asked before it is trained. */
async function copySample(from: vscode.Uri, to: vscode.Uri): Promise<void> {
  await copyFolder(from, to);
  const shipped = vscode.Uri.joinPath(to, 'trained');
  if (!(await exists(shipped))) return;
  await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(to, '.vitrine'));
  await vscode.workspace.fs.rename(shipped, vscode.Uri.joinPath(to, '.vitrine', 'runs'));
}

/** Without hidden files (runs that someone made inside the sample are theirs) and without the gallery's manifest. */
async function copyFolder(from: vscode.Uri, to: vscode.Uri): Promise<void> {
  await vscode.workspace.fs.createDirectory(to);
  for (const [name, type] of await vscode.workspace.fs.readDirectory(from)) {
    if (name.startsWith('.') || name === 'sample.json') continue;
    const source = vscode.Uri.joinPath(from, name);
    const target = vscode.Uri.joinPath(to, name);
    if (type === vscode.FileType.Directory) await copyFolder(source, target);
    else await vscode.workspace.fs.copy(source, target, { overwrite: false });
  }
}

async function freeFolder(parent: vscode.Uri, name: string): Promise<vscode.Uri> {
  const base = `vitrine-${path.posix.basename(name)}`;
  for (let i = 1; ; i++) {
    const uri = vscode.Uri.joinPath(parent, i === 1 ? base : `${base}-${i}`);
    if (!(await exists(uri))) return uri;
  }
}
