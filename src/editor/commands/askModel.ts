/** Ask a Model: a text, a picture or a sound to a model of a Hugging Face folder, by what it does. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { FolderTask } from '../../formats/huggingface/tasks';
import { VitrineError } from '../../model/errors';
import type { FolderQuestion } from '../../service/inquiries/askFolder';
import { copied } from '../answers/written';
import { commands } from '../ids';
import { folderOf } from '../place';
import { report } from '../problems';
import type { Rooms } from '../rooms';
import { mustBeTrusted } from '../trust';

const { l10n } = vscode;
const ignored = '**/{node_modules,.git,.vitrine,__pycache__,site-packages,.venv,venv,env}/**';

/** From the palette, the Explorer's menu of a config.json, or a model's page. */
export async function askModel(argument: unknown, rooms: Rooms): Promise<void> {
  mustBeTrusted('predict');
  const config = await configOf(argument);
  if (!config) return;
  const folder = path.dirname(config.fsPath);
  const can = await rooms.engine.request('folder/task', { folder });
  const question = await questionFor(can, folder, rooms.answers.last(folder));
  if (!question) return;
  const answer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('{0} answers…', path.basename(folder)),
      cancellable: true,
    },
    (_progress, token) => rooms.engine.request('folder/ask', question, { token }),
  );
  await rooms.answers.show(question, answer);
  void offer(config, copied(answer)).catch(e => report(e, rooms.log));
}

/** What is done with an answer, without the command waiting for it. */
async function offer(config: vscode.Uri, text: string): Promise<void> {
  const [again, copy] = [l10n.t('Ask Again'), l10n.t('Copy Answer')];
  const name = path.basename(path.dirname(config.fsPath));
  const chosen = await vscode.window.showInformationMessage(l10n.t('{0} has answered.', name), again, copy);
  if (chosen === again) await vscode.commands.executeCommand(commands.askModel, config);
  else if (chosen === copy) await vscode.env.clipboard.writeText(text);
}

async function configOf(argument: unknown): Promise<vscode.Uri | undefined> {
  const { file } = (argument ?? {}) as { file?: unknown };
  const given =
    argument instanceof vscode.Uri
      ? argument
      : typeof file === 'string'
        ? vscode.Uri.file(file)
        : vscode.window.activeTextEditor?.document.uri;
  if (given && path.basename(given.fsPath) === 'config.json') return given;
  const all = await vscode.workspace.findFiles('**/config.json', ignored, 200);
  if (all.length === 0)
    throw new VitrineError(
      'bad-request',
      l10n.t('There is no config.json here. Open a folder that a model of Transformers was saved to.'),
    );
  const items = all
    .map(uri => ({
      label: path.basename(path.dirname(uri.fsPath)),
      description: vscode.workspace.asRelativePath(uri),
      uri,
    }))
    .sort((a, b) => a.description.localeCompare(b.description));
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Ask which model?') }))?.uri;
}

interface Can {
  task?: FolderTask;
  labels?: boolean;
}

/**
 * Asks for what the model needs; what was asked before stands there already.
 *
 * @returns undefined where one of it was not given.
 */
async function questionFor(
  { task, labels: takesLabels }: Can,
  folder: string,
  last: FolderQuestion | undefined,
): Promise<FolderQuestion | undefined> {
  const line = (title: string, value: string | undefined, placeHolder = '') =>
    vscode.window.showInputBox({
      title,
      placeHolder,
      ignoreFocusOut: true,
      ...(value !== undefined && { value }),
    });
  const labels = async () =>
    (
      await vscode.window.showInputBox({
        title: l10n.t('Which classes? Separate them by commas'),
        placeHolder: l10n.t('a cat, a dog'),
        ignoreFocusOut: true,
        value: last?.labels?.join(', ') ?? '',
        validateInput: problemOf,
      })
    )
      ?.split(',')
      .map(l => l.trim())
      .filter(l => l !== '');
  switch (task) {
    case 'picture':
    case 'picture-labels': {
      const kinds = { [l10n.t('Pictures')]: ['png', 'jpg', 'jpeg', 'webp'] };
      const file = await chosenFile(l10n.t('Which picture?'), kinds, last?.file);
      if (file === undefined || task === 'picture') return file === undefined ? undefined : { folder, file };
      const own = await labels();
      return own?.length ? { folder, file, labels: own } : undefined;
    }
    case 'speech': {
      const file = await chosenFile(l10n.t('Which sound?'), { WAV: ['wav'] }, last?.file);
      return file === undefined ? undefined : { folder, file };
    }
    case undefined:
      throw new VitrineError(
        'bad-request',
        l10n.t('This model is shown only: it has no head that would answer.'),
      );
  }
  const what = takesLabels ? await whatIsTold(last) : undefined;
  if (takesLabels && !what) return undefined;
  const text = await line(
    {
      generate: l10n.t('Which text is to be continued?'),
      'fill-mask': l10n.t('Which text, with a mask in it?'),
    }[task as string] ?? l10n.t('Which text?'),
    last?.text,
    task === 'fill-mask' ? 'the cat sat on the [MASK].' : '',
  );
  if (!text) return undefined;
  if (task === 'generate') {
    const { pickWriting } = await import('./pickWriting');
    const writing = await pickWriting(last?.writing);
    return writing && { folder, text, writing };
  }
  if (task === 'answer') {
    const question = await line(l10n.t('What is asked about it?'), last?.question);
    return question ? { folder, text, question } : undefined;
  }
  if (task === 'embed') {
    const pair = await line(l10n.t('Near to which other text?'), last?.pair);
    return pair ? { folder, text, pair } : undefined;
  }
  if (what === 'labels') {
    const own = await labels();
    return own?.length ? { folder, text, labels: own } : undefined;
  }
  if (task === 'classify') {
    const title = takesLabels
      ? l10n.t('What may follow from it, or contradict it?')
      : l10n.t('A second text, of a model that tells of pairs? Else leave it empty');
    const pair = await line(title, last?.pair);
    return pair === undefined ? undefined : { folder, text, ...(pair !== '' && { pair }) };
  }
  return { folder, text };
}

/** What a classifier that tells what follows from a text is asked for. */
async function whatIsTold(last: FolderQuestion | undefined): Promise<'labels' | 'pair' | undefined> {
  const items = [
    {
      label: l10n.t('Which of my classes fits a text'),
      detail: l10n.t('Classes that you name now; the model was not trained on them.'),
      what: 'labels' as const,
    },
    {
      label: l10n.t('Whether a text follows from another'),
      detail: l10n.t('Entailment or contradiction of two texts.'),
      what: 'pair' as const,
    },
  ];
  if (last?.pair !== undefined) items.reverse();
  return (await vscode.window.showQuickPick(items, { title: l10n.t('What is asked?') }))?.what;
}

/** @returns what is wrong with a list of classes */
function problemOf(text: string): string | undefined {
  const names = text
    .split(',')
    .map(l => l.trim())
    .filter(l => l !== '');
  if (names.length === 0) return l10n.t('Name at least one class.');
  const twice = names.find((l, i) => names.indexOf(l) !== i);
  return twice === undefined ? undefined : l10n.t('"{0}" stands there twice.', twice);
}

/** A file from the dialog, or that of the last time. */
async function chosenFile(
  title: string,
  filters: Record<string, string[]>,
  last: string | undefined,
): Promise<string | undefined> {
  if (last !== undefined) {
    const same = { label: path.basename(last), description: folderOf(last) };
    const other = { label: l10n.t('Another File…') };
    const chosen = await vscode.window.showQuickPick([same, other], { title });
    if (!chosen) return undefined;
    if (chosen === same) return last;
  }
  const defaultUri = last === undefined ? undefined : vscode.Uri.file(path.dirname(last));
  const found = await vscode.window.showOpenDialog({
    title,
    filters,
    canSelectMany: false,
    ...(defaultUri && { defaultUri }),
  });
  return found?.[0]?.fsPath;
}
