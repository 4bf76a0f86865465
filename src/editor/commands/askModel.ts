/** Ask a Model: a text, a picture or a sound to a model of a Hugging Face folder, by what it does. */
import path from 'node:path';
import * as vscode from 'vscode';
import { VitrineError } from '../../model/errors';
import type { FolderAnswer, FolderQuestion } from '../../service/inquiries/askFolder';
import type { Rooms } from '../rooms';
import { percent } from '../text/format';
import { mustBeTrusted } from '../trust';

const { l10n } = vscode;
const ignored = '**/{node_modules,.git,.vitrine,__pycache__,site-packages,.venv,venv,env}/**';

/** From the palette, the Explorer's menu of a config.json, or a model's page. */
export async function askModel(argument: unknown, rooms: Rooms): Promise<void> {
  mustBeTrusted('predict');
  const config = await configOf(argument);
  if (!config) return;
  const folder = path.dirname(config.fsPath);
  const { task } = await rooms.engine.request('folder/task', { folder });
  const question = await questionFor(task, folder);
  if (!question) return;
  const answer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: l10n.t('{0} answers…', path.basename(folder)),
      cancellable: true,
    },
    (_progress, token) => rooms.engine.request('folder/ask', question, { token }),
  );
  const document = await vscode.workspace.openTextDocument({
    language: 'markdown',
    content: written(question, answer),
  });
  await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preview: true });
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

/** Asks for what the model needs. @returns undefined where one of it was not given. */
async function questionFor(task: string | undefined, folder: string): Promise<FolderQuestion | undefined> {
  const line = (title: string, placeHolder: string) =>
    vscode.window.showInputBox({ title, placeHolder, ignoreFocusOut: true });
  const labels = async () =>
    (await line(l10n.t('Which classes? Separate them by commas'), l10n.t('a cat, a dog')))
      ?.split(',')
      .map(l => l.trim())
      .filter(l => l !== '');
  const file = async (title: string, kinds: Record<string, string[]>) =>
    (await vscode.window.showOpenDialog({ title, filters: kinds, canSelectMany: false }))?.[0]?.fsPath;
  const pictures = () =>
    file(l10n.t('Which picture?'), { [l10n.t('Pictures')]: ['png', 'jpg', 'jpeg', 'webp'] });
  switch (task) {
    case 'picture': {
      const picture = await pictures();
      return picture === undefined ? undefined : { folder, file: picture };
    }
    case 'picture-labels': {
      const picture = await pictures();
      const own = picture === undefined ? undefined : await labels();
      return own?.length ? { folder, file: picture!, labels: own } : undefined;
    }
    case 'speech': {
      const sound = await file(l10n.t('Which sound?'), { WAV: ['wav'] });
      return sound === undefined ? undefined : { folder, file: sound };
    }
    case undefined:
      throw new VitrineError(
        'bad-request',
        l10n.t('This model is shown only: it has no head that would answer.'),
      );
  }
  const text = await line(
    { generate: l10n.t('Which text goes on?'), 'fill-mask': l10n.t('Which text, with a mask in it?') }[
      task
    ] ?? l10n.t('Which text?'),
    task === 'fill-mask' ? 'the cat sat on the [MASK].' : '',
  );
  if (!text) return undefined;
  if (task === 'answer') {
    const question = await line(l10n.t('What is asked about it?'), '');
    return question ? { folder, text, question } : undefined;
  }
  if (task === 'embed') {
    const pair = await line(l10n.t('Near to which other text?'), '');
    return pair ? { folder, text, pair } : undefined;
  }
  if (task === 'classify') {
    const pair = await line(l10n.t('A second text, of a model that tells of pairs? Else leave it empty'), '');
    return pair === undefined ? undefined : { folder, text, ...(pair !== '' && { pair }) };
  }
  return { folder, text };
}

/** The answer as Markdown. */
function written(
  { folder, text, pair, question, file, labels }: FolderQuestion,
  answer: FolderAnswer,
): string {
  const given = [text, pair, question, file && path.basename(file), labels?.join(', ')].filter(x => x);
  return [
    `# ${path.basename(folder)}`,
    '',
    ...given.map(g => `> ${g!.replace(/\n/g, '\n> ')}\n`),
    ...lines(answer),
    '',
  ].join('\n');
}

function lines(answer: FolderAnswer): string[] {
  const table = (head: string[], rows: string[][]) => [
    `| ${head.join(' | ')} |`,
    `| ${head.map(() => '---').join(' | ')} |`,
    ...rows.map(r => `| ${r.map(c => c.replace(/\|/g, '\\|').replace(/\n/g, ' ')).join(' | ')} |`),
  ];
  const probability = l10n.t('Probability');
  switch (answer.kind) {
    case 'classes':
      return table(
        [l10n.t('Class'), probability],
        Object.entries(answer.probabilities)
          .sort(([, a], [, b]) => b - a)
          .slice(0, 20)
          .map(([label, p]) => [label, percent(p)]),
      );
    case 'entities':
      return answer.entities.length === 0
        ? [l10n.t('No entity was found.')]
        : table(
            [l10n.t('Entity'), l10n.t('Text'), l10n.t('Place'), probability],
            answer.entities.map(e => [e.entity, e.word, `${e.start}–${e.end}`, percent(e.probability)]),
          );
    case 'answer':
      return table(
        [l10n.t('Answer'), l10n.t('Place'), probability],
        [[answer.answer, `${answer.start}–${answer.end}`, percent(answer.probability)]],
      );
    case 'fills':
      return table(
        [l10n.t('Word'), probability, l10n.t('Text')],
        answer.fills.map(f => [f.token, percent(f.probability), f.text]),
      );
    case 'nearness':
      return [
        l10n.t(
          'Cosine similarity of the two vectors of {0} numbers: {1}',
          answer.size,
          answer.cosine.toFixed(3),
        ),
      ];
    case 'text':
      return [...(answer.language === undefined ? [] : [`*${answer.language}*`, '']), answer.text];
  }
}
