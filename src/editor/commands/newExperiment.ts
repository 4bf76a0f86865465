/** A short guided choice that writes the first experiment file for a model: data, target, loss. */
import { open } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import * as vscode from 'vscode';
import type { ColumnHead, DatasetKind } from '../../data/dataset';
import type { ReadModel } from '../../formats/_format';
import { withAnswers, withMissing } from '../../formats/experiment/answers';
import { relativeTo } from '../../formats/experiment/paths';
import {
  dataOptions,
  guessLoss,
  type LookedAt,
  likelyTargets,
  lookAt,
  newExperimentText,
  outputSize,
  pictureShape,
  timed,
} from '../../train/setup/firstExperiment';
import { freeName } from '../exists';
import type { ExperimentInfo } from '../experiments/info';
import { folderOf } from '../place';
import { replaceText } from '../replaceText';
import type { Rooms } from '../rooms';
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
  const data = await pickData(datasetKinds, {
    folders: true,
    others: model.file.endsWith('.py') ? await environmentItems() : [],
  });
  if (!data) return undefined;
  if (typeof data === 'string') return actIn(data, model, rooms);
  if (path.basename(model.file) === 'config.json') return fineTuneOn(data, model.file);
  const looked = await lookAt(data.fsPath, datasetKinds);
  const column = looked.heads ? await pickTarget(looked.heads) : classesOf(looked);
  if (!column) return undefined;
  const options = await dataOptions(looked, column.name, shape => readWith(model, rooms, shape));
  const outputs = await outputsOf(model, rooms, pictureShape(looked.kind.id, options));
  const loss = await pickLoss(guessLoss(column, outputs), column);
  if (!loss) return undefined;
  const choose = (relative: Relative) =>
    newExperimentText({
      model: { file: relative(model.file), class: model.class },
      data: {
        kind: looked.kind.id,
        file: relative(data.fsPath),
        ...(looked.heads && { target: column.name }),
      },
      options,
      loss,
      ...(looked.heads && { head: column, ...timed(looked.heads, column.name) }),
    });
  if (begun?.model?.class !== undefined) {
    const completed = await complete(vscode.Uri.file(begun.file), choose);
    if (completed) return completed;
  }
  const folder = vscode.Uri.file(path.dirname(model.file));
  const uri = await freeName(folder, model.class.toLowerCase());
  const said = begun?.model ?? (await rooms.experiments.of(model.file, model.class))[0]?.model;
  const text = withAnswers(choose(relativeTo(folder.fsPath)), uri.fsPath, model, {
    ...(said?.arguments && { arguments: said.arguments }),
    ...(said?.input && { input: said.input }),
  });
  return openNew(uri, text);
}

/** Writes a new file and opens it in an editor. */
async function openNew(uri: vscode.Uri, text: string): Promise<vscode.Uri> {
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(uri, { preview: false });
  return uri;
}

/** Environments to act in, where others point at a file. */
async function environmentItems() {
  const { environments } = await import('../../rl/registry');
  return environments.map(e => ({
    label: `$(debug-alt) ${e.id}`,
    description: l10n.t('an environment to act in (reinforcement learning)'),
    other: e.id,
  }));
}

/** The experiment of a policy in an environment; what does not fit it is said. */
async function actIn(
  env: string,
  { file, class: name }: { file: string; class: string },
  rooms: Rooms,
): Promise<vscode.Uri> {
  const folder = vscode.Uri.file(path.dirname(file));
  const { experiment } = await rooms.engine.request('model/acting', {
    file,
    class: name,
    env,
    folder: folder.fsPath,
  });
  return openNew(await freeName(folder, `${name}-${env}`.toLowerCase()), experiment);
}

type Relative = (file: string) => string;

/** The classes of a folder, as a table would have them in a column. */
function classesOf({ folder }: LookedAt): ColumnHead {
  const { classes, files } = folder!;
  return {
    name: l10n.t('the classes'),
    kind: 'category',
    integers: false,
    distinct: classes.length,
    rows: files,
    missing: 0,
    examples: classes.slice(0, 5),
  };
}

async function readWith(
  model: { file: string; class: string },
  rooms: Rooms,
  input: readonly number[],
): Promise<ReadModel | undefined> {
  const read = await rooms.engine.request('model/read', { file: model.file, class: model.class, input });
  return read[model.class];
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
  const { model: _, ...rest } = parse(written(relativeTo(path.dirname(uri.fsPath))));
  const text = withMissing(document.getText(), rest);
  if (text === undefined) return undefined;
  await replaceText(document, text);
  await vscode.window.showTextDocument(document, { preview: false });
  return uri;
}

/** A folder of Hugging Face is trained with its own tokenizer. */
async function fineTuneOn(data: vscode.Uri, config: string): Promise<vscode.Uri> {
  const { fineTuning } = await import('../../train/setup/fineTune');
  const folder = vscode.Uri.joinPath(data, '..');
  const text = await fineTuning({ model: config, data: data.fsPath }, folder.fsPath);
  return openNew(await freeName(folder, path.basename(path.dirname(config)).toLowerCase()), text);
}

const notLookedInto = '**/{node_modules,.git,.vitrine,__pycache__,site-packages,.venv,venv,env}/**';

/**
 * @param folders whether folders with a sub-folder for each class are offered too.
 * @param others what is offered after them.
 * @returns the file or folder; of `others` the name.
 */
export async function pickData(
  kinds: readonly DatasetKind[],
  {
    title = l10n.t('Which data? (1 of 3)'),
    folders = false,
    others = [],
  }: {
    title?: string;
    folders?: boolean;
    others?: readonly { label: string; description: string; other: string }[];
  } = {},
): Promise<vscode.Uri | string | undefined> {
  // A workspace has many texts that are no data: notes, requirements, licences.
  const isText = ({ path: file }: vscode.Uri) => Number(file.toLowerCase().endsWith('.txt'));
  const endings = endingsOf(kinds.filter(k => k.columns).flatMap(k => k.extensions));
  const files = await dataAmong(
    await vscode.workspace.findFiles(`**/*.{${endings.join(',')}}`, notLookedInto, 500),
  );
  const shown = (icon: string, uris: readonly vscode.Uri[]) =>
    [...uris]
      .sort((a, b) => isText(a) - isText(b) || a.path.length - b.path.length || (a.path < b.path ? -1 : 1))
      .map(uri => ({
        label: `$(${icon}) ${path.basename(uri.fsPath)}`,
        description: folderOf(uri),
        uri: uri as vscode.Uri | undefined,
        browse: undefined as 'file' | 'folder' | undefined,
        other: undefined as string | undefined,
      }));
  const elsewhere = (label: string, browse: 'file' | 'folder') => ({
    label,
    description: '',
    uri: undefined,
    browse,
    other: undefined,
  });
  const picked = await vscode.window.showQuickPick(
    [
      ...shown('database', files),
      ...(folders ? shown('folder', await foldersByClass(kinds)) : []),
      elsewhere(l10n.t('$(folder-opened) Another file…'), 'file'),
      ...(folders
        ? [elsewhere(l10n.t('$(folder-opened) Another folder, with a sub-folder for each class…'), 'folder')]
        : []),
      ...others.map(o => ({ ...o, uri: undefined, browse: undefined })),
    ],
    { title, matchOnDescription: true },
  );
  if (!picked?.browse) return picked?.other ?? picked?.uri;
  const opened = await vscode.window.showOpenDialog({
    canSelectMany: false,
    openLabel: l10n.t('Use as Data'),
    ...(picked.browse === 'folder'
      ? { canSelectFolders: true, canSelectFiles: false }
      : { filters: { [l10n.t('Data')]: endings } }),
  });
  return opened?.[0];
}

/** Most JSON files of a workspace are settings: a table is a list. */
async function dataAmong(files: readonly vscode.Uri[]): Promise<vscode.Uri[]> {
  const isList = async (uri: vscode.Uri): Promise<boolean> => {
    const file = await open(uri.fsPath).catch(() => undefined);
    if (!file) return false;
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
      return /^\uFEFF?\s*\[\s*\{/.test(buffer.toString('utf8', 0, bytesRead));
    } catch {
      return false;
    } finally {
      await file.close();
    }
  };
  const kept = await Promise.all(files.map(async uri => !/\.json$/i.test(uri.path) || (await isList(uri))));
  return files.filter((_, i) => kept[i]);
}

/** "csv" of ".csv", and "gz" of ".csv.gz": what a dialog and a pattern know as endings. */
function endingsOf(extensions: readonly string[]): string[] {
  return [...new Set(extensions.map(e => e.replace(/^\./, '')))];
}

/** Folders of the workspace with at least two sub-folders of pictures, sounds or clips. */
async function foldersByClass(kinds: readonly DatasetKind[]): Promise<vscode.Uri[]> {
  const endings = endingsOf(kinds.flatMap(k => k.holds ?? []));
  const files = await vscode.workspace.findFiles(`**/*.{${endings.join(',')}}`, notLookedInto, 5000);
  const classes = new Map<string, Set<string>>();
  for (const { fsPath } of files) {
    const folder = path.dirname(path.dirname(fsPath));
    classes.set(folder, (classes.get(folder) ?? new Set()).add(path.dirname(fsPath)));
  }
  return [...classes].filter(([, of]) => of.size > 1).map(([folder]) => vscode.Uri.file(folder));
}

export async function pickTarget(
  heads: readonly ColumnHead[],
  title = l10n.t('What is to be predicted? (2 of 3)'),
): Promise<ColumnHead | undefined> {
  // A text to continue has nothing to choose from.
  if (heads.length === 1) return heads[0];
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

/** How many numbers the model gives for one sample, if it can be read, with samples of this shape where that is known. */
async function outputsOf(
  model: { file: string; class: string },
  rooms: Rooms,
  shape: readonly number[] | undefined,
): Promise<number | undefined> {
  try {
    return outputSize(
      shape
        ? await readWith(model, rooms, shape)
        : await rooms.models.readClass(vscode.Uri.file(model.file), model.class),
    );
  } catch (e) {
    rooms.log.debug(`The output of ${model.class} is not known: ${e}`);
    return undefined;
  }
}
