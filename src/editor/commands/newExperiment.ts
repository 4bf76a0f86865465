/** A short guided choice that writes the first experiment file for a model: data, target, loss. */
import path from 'node:path';
import * as vscode from 'vscode';
import type { ColumnHead, DatasetKind } from '../../data/dataset';
import { withAnswers, withMissing } from '../../formats/experiment/answers';
import { VitrineError } from '../../model/errors';
import type { ExperimentInfo } from '../experiments/info';
import { experimentSuffix } from '../ids';
import { replaceText } from '../replaceText';
import type { Rooms } from '../rooms';
import { guessLoss, likelyTargets, newExperimentText } from '../text/newExperiment';
import { classOf, type Target } from './targets';

const { l10n } = vscode;

/** The new file, or undefined when the user gave up. It is opened in an editor. */
export async function newExperiment(
  target: Target,
  rooms: Rooms,
  begun?: ExperimentInfo,
): Promise<vscode.Uri | undefined> {
  const model = await classOf(target);
  if (!model) return undefined;
  const { datasetKinds } = await import('../../data/load');
  const data = await pickData(datasetKinds);
  if (!data) return undefined;
  if (path.basename(model.file) === 'config.json') return fineTuneOn(data.uri, model.file);
  const heads = await data.kind.columns!(
    { kind: data.kind.id, file: data.uri.fsPath },
    { folder: path.dirname(data.uri.fsPath) },
  );
  const column = await pickTarget(heads);
  if (!column) return undefined;
  const outputs = await outputsOf(model, rooms);
  const loss = await pickLoss(guessLoss(column, outputs), column);
  if (!loss) return undefined;
  if (begun?.model?.class !== undefined) {
    const completed = await complete(vscode.Uri.file(begun.file), relative =>
      chosen(relative, model, { kind: data.kind.id, file: data.uri.fsPath, target: column.name }, loss),
    );
    if (completed) return completed;
  }
  const folder = vscode.Uri.file(path.dirname(model.file));
  const uri = await freeName(folder, model.class.toLowerCase());
  const said = begun?.model ?? (await rooms.experiments.of(model.file, model.class))[0]?.model;
  const written = chosen(
    relativeTo(folder.fsPath),
    model,
    { kind: data.kind.id, file: data.uri.fsPath, target: column.name },
    loss,
  );
  const text = withAnswers(written, uri.fsPath, model, {
    ...(said?.arguments && { arguments: said.arguments }),
    ...(said?.input && { input: said.input }),
  });
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(uri, { preview: false });
  return uri;
}

type Relative = (file: string) => string;

function relativeTo(folder: string): Relative {
  return file => path.relative(folder, file).replaceAll(path.sep, '/');
}

function chosen(
  relative: Relative,
  model: { file: string; class: string },
  data: { kind: string; file: string; target: string },
  loss: string,
): string {
  return newExperimentText({
    model: { file: relative(model.file), class: model.class },
    data: { ...data, file: relative(data.file) },
    loss,
  });
}

/**
 * Puts what a begun file does not say yet into it, through its editor, so that nothing that it says is lost.
 *
 * @returns undefined where the file has mistakes, and is left as it is.
 */
async function complete(
  uri: vscode.Uri,
  written: (relative: Relative) => string,
): Promise<vscode.Uri | undefined> {
  const document = await vscode.workspace.openTextDocument(uri);
  const { model: _, ...rest } = JSON.parse(written(relativeTo(path.dirname(uri.fsPath))));
  const text = withMissing(document.getText(), rest);
  if (text === undefined) return undefined;
  await replaceText(document, text);
  await vscode.window.showTextDocument(document, { preview: false });
  return uri;
}

/** A folder of Hugging Face is trained with its own tokenizer. */
async function fineTuneOn(data: vscode.Uri, config: string): Promise<vscode.Uri> {
  const { fineTuning } = await import('../../train/fineTune');
  const folder = vscode.Uri.joinPath(data, '..');
  const text = await fineTuning({ model: config, data: data.fsPath }, folder.fsPath);
  const uri = await freeName(folder, path.basename(path.dirname(config)).toLowerCase());
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(uri, { preview: false });
  return uri;
}

export async function pickData(
  kinds: readonly DatasetKind[],
  title = l10n.t('Which data? (1 of 3)'),
): Promise<{ uri: vscode.Uri; kind: DatasetKind } | undefined> {
  const readable = kinds.filter(k => k.columns);
  const endings = [...new Set(readable.flatMap(k => k.extensions.map(e => e.replace(/^\./, ''))))];
  const files = await vscode.workspace.findFiles(
    `**/*.{${endings.join(',')}}`,
    '**/{node_modules,.git,.vitrine,__pycache__,site-packages,.venv,venv,env}/**',
    500,
  );
  const browse = { label: l10n.t('$(folder-opened) Another file…'), description: '', uri: undefined };
  const picked = await vscode.window.showQuickPick(
    [
      ...files
        .sort((a, b) => a.path.length - b.path.length || (a.path < b.path ? -1 : 1))
        .map(uri => ({
          label: `$(database) ${path.basename(uri.fsPath)}`,
          description: vscode.workspace.asRelativePath(uri),
          uri: uri as vscode.Uri | undefined,
        })),
      browse,
    ],
    { title, matchOnDescription: true },
  );
  if (!picked) return undefined;
  const uri =
    picked.uri ??
    (
      await vscode.window.showOpenDialog({
        canSelectMany: false,
        filters: { [l10n.t('Data')]: endings },
        openLabel: l10n.t('Use as Data'),
      })
    )?.[0];
  if (!uri) return undefined;
  return { uri, kind: kindOf(uri, kinds) };
}

/** @throws bad-data for a file that is no table. */
export function kindOf(uri: vscode.Uri, kinds: readonly DatasetKind[]): DatasetKind {
  const readable = kinds.filter(k => k.columns);
  const kind = readable.find(k => k.extensions.some(e => uri.path.toLowerCase().endsWith(e)));
  if (kind) return kind;
  throw new VitrineError(
    'bad-data',
    l10n.t(
      '{0} is no data that Vitrine reads. Expected one of {1}.',
      path.basename(uri.fsPath),
      [...new Set(readable.flatMap(k => k.extensions.map(e => e.replace(/^\./, ''))))].join(', '),
    ),
  );
}

export async function pickTarget(
  heads: readonly ColumnHead[],
  title = l10n.t('What is to be predicted? (2 of 3)'),
): Promise<ColumnHead | undefined> {
  const picked = await vscode.window.showQuickPick(
    likelyTargets(heads).map(head => ({
      label: `$(symbol-${head.kind === 'number' ? 'number' : 'string'}) ${head.name}`,
      description: l10n.t(
        '{0} different values, e.g. {1}',
        head.distinct,
        head.examples.slice(0, 3).join(', '),
      ),
      head,
    })),
    { title },
  );
  return picked?.head;
}

async function pickLoss(guess: string, column: ColumnHead): Promise<string | undefined> {
  const { losses } = await import('../../formats/experiment/choices');
  const sorted = [...losses].sort((a, b) => Number(b.name === guess) - Number(a.name === guess));
  const picked = await vscode.window.showQuickPick(
    sorted.map(l => ({
      label: l.name,
      description: l.name === guess ? l10n.t('suits {0}', column.name) : '',
      detail: l.summary,
      name: l.name,
    })),
    { title: l10n.t('Which loss? (3 of 3)') },
  );
  return picked?.name;
}

/** How many numbers the model gives for one sample, if it can be read without knowing the data. */
async function outputsOf(model: { file: string; class: string }, rooms: Rooms): Promise<number | undefined> {
  try {
    const read = await rooms.models.readClass(vscode.Uri.file(model.file), model.class);
    const size = read?.model?.values[read.model.outputs[0] ?? '']?.shape.at(-1);
    return typeof size === 'number' ? size : undefined;
  } catch (e) {
    rooms.log.debug(`The output of ${model.class} is not known: ${e}`);
    return undefined;
  }
}

export async function freeName(
  folder: vscode.Uri,
  name: string,
  suffix = experimentSuffix,
): Promise<vscode.Uri> {
  for (let i = 1; ; i++) {
    const uri = vscode.Uri.joinPath(folder, `${name}${i === 1 ? '' : `-${i}`}${suffix}`);
    try {
      await vscode.workspace.fs.stat(uri);
    } catch {
      return uri;
    }
  }
}
