/** Saves what a page made, where the user says. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import { messageOf } from '../problems';

/** A page that sends more than this is not ours. */
const MAX_SAVED = 40_000_000;

/** Saves what a page sends, which is checked. @throws VitrineError bad-request */
export async function saveFromPage(name: unknown, content: unknown, folder?: vscode.Uri): Promise<void> {
  const known = typeof content === 'string' || content instanceof Uint8Array;
  if (typeof name !== 'string' || !known || content.length > MAX_SAVED)
    throw new VitrineError(
      'bad-request',
      vscode.l10n.t(
        'This is too large to be saved from the panel. Use the command line: vitrine export FILE --output FILE.svg',
      ),
    );
  await saveAs(name, content, folder);
}

/**
 * @param name a suggestion: only its last part is taken, and only harmless signs.
 * @param folder where it is offered to be saved; the workspace if absent.
 */
export async function saveAs(
  name: string,
  content: string | Uint8Array,
  folder = vscode.workspace.workspaceFolders?.[0]?.uri,
): Promise<void> {
  const safe =
    path
      .basename(name)
      .replace(/[^\w.\- ]/g, '_')
      .slice(0, 80) || 'vitrine.svg';
  const extension = path.extname(safe).slice(1);
  const target = await vscode.window.showSaveDialog({
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, safe) } : {}),
    ...(extension ? { filters: { [extension.toUpperCase()]: [extension] } } : {}),
  });
  if (!target) return;
  try {
    await vscode.workspace.fs.writeFile(
      target,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    );
  } catch (e) {
    throw new VitrineError(
      'bad-file',
      vscode.l10n.t('{0} could not be written: {1}', target.fsPath, messageOf(e)),
    );
  }
}
