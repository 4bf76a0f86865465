/** Open a Sample: copies one of the samples that ship to a folder of the user's and opens it. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { Rooms } from '../rooms';

const { l10n } = vscode;

export async function openSample(argument: unknown, { context }: Rooms): Promise<void> {
  const root = vscode.Uri.joinPath(context.extensionUri, 'media', 'samples');
  const names = (await vscode.workspace.fs.readDirectory(root))
    .filter(([, type]) => type === vscode.FileType.Directory)
    .map(([name]) => name);
  const picked =
    typeof argument === 'string' && names.includes(argument)
      ? { name: argument }
      : await vscode.window.showQuickPick(
          await Promise.all(
            names.map(async name => ({
              label: `$(mortar-board) ${name}`,
              detail: await firstSentence(vscode.Uri.joinPath(root, name, 'README.md')),
              name,
            })),
          ),
          { title: l10n.t('Which sample?'), matchOnDetail: true },
        );
  if (!picked) return;
  const [parent] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      title: l10n.t('Where shall the sample be copied to?'),
      openLabel: l10n.t('Copy Sample Here'),
    })) ?? [];
  if (!parent) return;
  const target = await freeFolder(parent, picked.name);
  await copyFolder(vscode.Uri.joinPath(root, picked.name), target);
  const here = l10n.t('Open');
  const newWindow = l10n.t('Open in New Window');
  const answer = await vscode.window.showInformationMessage(
    l10n.t('The sample is in {0}.', target.fsPath),
    here,
    newWindow,
  );
  if (answer)
    await vscode.commands.executeCommand('vscode.openFolder', target, {
      forceNewWindow: answer === newWindow,
    });
}

/** Without hidden files: runs that someone made inside the sample are theirs. */
async function copyFolder(from: vscode.Uri, to: vscode.Uri): Promise<void> {
  await vscode.workspace.fs.createDirectory(to);
  for (const [name, type] of await vscode.workspace.fs.readDirectory(from)) {
    if (name.startsWith('.')) continue;
    const source = vscode.Uri.joinPath(from, name);
    const target = vscode.Uri.joinPath(to, name);
    if (type === vscode.FileType.Directory) await copyFolder(source, target);
    else await vscode.workspace.fs.copy(source, target, { overwrite: false });
  }
}

/** The first line of text of a README: what the sample is. */
async function firstSentence(readme: vscode.Uri): Promise<string | undefined> {
  try {
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(readme));
    return text
      .split('\n')
      .map(l => l.trim())
      .find(l => l !== '' && !l.startsWith('#') && !l.startsWith('!['));
  } catch {
    return undefined;
  }
}

async function freeFolder(parent: vscode.Uri, name: string): Promise<vscode.Uri> {
  const base = `vitrine-${path.posix.basename(name)}`;
  for (let i = 1; ; i++) {
    const uri = vscode.Uri.joinPath(parent, i === 1 ? base : `${base}-${i}`);
    try {
      await vscode.workspace.fs.stat(uri);
    } catch {
      return uri;
    }
  }
}
