/** Answers of Hugging Face models, one page for each model: the newest first, to be read beside and copied from. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { FolderAnswer, FolderQuestion } from '../../service/inquiries/askFolder';
import { written } from './written';

const { l10n } = vscode;
export const answerScheme = 'vitrine-answers';
const mostKept = 20;

interface Given {
  question: FolderQuestion;
  answer: FolderAnswer;
}

export class Answers implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #given = new Map<string, Given[]>();
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly onDidChange = this.#changes.event;
  // Behind the event, which VS Code asks for at once.
  readonly #registration = vscode.workspace.registerTextDocumentContentProvider(answerScheme, this);

  /** What a model was asked last, by which it can be asked again. */
  last(folder: string): FolderQuestion | undefined {
    return this.#given.get(folder)?.[0]?.question;
  }

  async show(question: FolderQuestion, answer: FolderAnswer): Promise<void> {
    const { folder } = question;
    this.#given.set(folder, [{ question, answer }, ...(this.#given.get(folder) ?? [])].slice(0, mostKept));
    const uri = uriOf(folder);
    this.#changes.fire(uri);
    const options = { viewColumn: placeOf(uri), preserveFocus: true, preview: false };
    // Where the extension that shows Markdown is switched off, its text is shown.
    await vscode.commands
      .executeCommand('vscode.openWith', uri, 'vscode.markdown.preview.editor', options)
      .then(undefined, () => vscode.window.showTextDocument(uri, options));
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    const folder = uri.query;
    const given = this.#given.get(folder) ?? [];
    return [
      `# ${path.basename(folder).replace(/[\\`*_[\]<>#]/g, '\\$&')}`,
      '',
      ...(given.length === 0
        ? [l10n.t('Nothing was asked yet since the window was opened: Vitrine: Ask a Hugging Face Model…')]
        : [given.map(g => written(g.question, g.answer)).join('\n---\n\n')]),
      '',
    ].join('\n');
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changes.dispose();
  }
}

/** The name is what stands on the tab. */
function uriOf(folder: string): vscode.Uri {
  return vscode.Uri.from({ scheme: answerScheme, path: `/${path.basename(folder)}.md`, query: folder });
}

/** Where this page is, or another model's, so that asking again opens no further column; else beside what is open. */
function placeOf(uri: vscode.Uri): vscode.ViewColumn {
  const pages = vscode.window.tabGroups.all.flatMap(({ viewColumn, tabs }) =>
    tabs.flatMap(({ input }) =>
      (input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText) &&
      input.uri.scheme === answerScheme
        ? [{ viewColumn, same: input.uri.toString() === uri.toString() }]
        : [],
    ),
  );
  const empty = vscode.window.tabGroups.activeTabGroup.tabs.length === 0;
  return (
    (pages.find(p => p.same) ?? pages[0])?.viewColumn ??
    (empty ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside)
  );
}
