/**
 * What a command is about. Commands are run from the palette, menus, CodeLens, trees and the panel, and each hands over
 * something else; here it becomes one thing, asking only when there is a choice.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import { trainsItself } from '../../formats/pytorch/trainsItself';
import { VitrineError } from '../../model/errors';
import type { ReadModel } from '../../service/protocol';
import { type ExperimentInfo, experimentInfo, experimentName } from '../experiments/info';
import { findModelFiles, isNotebook } from '../findModels';
import { commands, experimentSuffix, modelFileTypes } from '../ids';
import { combined } from '../notebooks';
import { messageOf } from '../problems';
import type { Rooms } from '../rooms';
import type { Run } from '../runs/store';
import { classAround, classPlaces, looksLikeModelFile } from '../text/python';
import { isModelItem, isScriptItem } from '../views/modelsTree';
import { isRun } from '../views/runsTree';

const { l10n } = vscode;

export type Target =
  | { kind: 'experiment'; file: string }
  | { kind: 'class'; file: string; class: string; module?: string }
  | { kind: 'run'; run: Run };

/** Undefined when the user gave up choosing. */
export async function targetOf(argument: unknown, rooms: Rooms): Promise<Target | undefined> {
  if (isRun(argument)) return { kind: 'run', run: argument };
  if (typeof argument === 'string') {
    const run = await rooms.runs.get(argument);
    if (run) return { kind: 'run', run };
    throw new VitrineError('bad-request', l10n.t('There is no run {0} in this workspace.', argument));
  }
  if (isModelItem(argument)) return { kind: 'class', file: argument.uri.fsPath, class: argument.name };
  if (isScriptItem(argument)) return ofFile(argument.uri, rooms);
  if (isPlace(argument)) return { kind: 'class', ...argument };
  if (argument instanceof vscode.Uri) return ofFile(argument, rooms);
  const active = vscode.window.activeTextEditor;
  if (active && isOurFile(active.document))
    return ofFile(active.document.uri, rooms, active.selection.active.line);
  const shown = await ofActiveTab(rooms);
  if (shown) return shown;
  const { experiment, model } = rooms.panel.state;
  if (rooms.panel.visible && experiment) return { kind: 'experiment', file: experiment.path };
  if (rooms.panel.visible && model) return { kind: 'class', file: model.file, class: model.name };
  return pickAnything(rooms);
}

async function ofFile(uri: vscode.Uri, rooms: Rooms, line?: number): Promise<Target | undefined> {
  if (uri.path.endsWith(experimentSuffix)) return { kind: 'experiment', file: uri.fsPath };
  if (isNotebook(uri)) return ofNotebook(await vscode.workspace.openNotebookDocument(uri), rooms);
  if (isConfiguration(uri)) return ofModelFile(uri.fsPath, rooms);
  const document = await vscode.workspace.openTextDocument(uri);
  const classes = classPlaces(document.getText());
  if (classes.length === 0) {
    const name = lastModel((await rooms.models.read(document))?.models);
    if (name) return { kind: 'class', file: uri.fsPath, class: name };
  }
  return ofClasses(uri.fsPath, classes, line);
}

/** Of a script whose model is tensors and arithmetic, or a variable. */
function lastModel(models: Readonly<Record<string, ReadModel>> = {}): string | undefined {
  return Object.entries(models).findLast(([, { model }]) => model)?.[0];
}

/** The class of the cell that is chosen; else as for a file. */
async function ofNotebook(notebook: vscode.NotebookDocument, rooms: Rooms): Promise<Target | undefined> {
  const file = notebook.uri.fsPath;
  const { text, cells } = combined(notebook);
  const classes = classPlaces(text);
  if (classes.length === 0) {
    const name = lastModel(await rooms.models.readFile(notebook.uri));
    return name ? { kind: 'class', file, class: name } : ofClasses(file, classes);
  }
  const shown = vscode.window.activeNotebookEditor;
  const chosen = shown?.notebook === notebook && shown.selections[0];
  const cell = chosen && cells.find(c => c.document === notebook.cellAt(chosen.start).document);
  const own = cell ? classes.filter(c => c.line > cell.start && c.line <= cell.end) : [];
  return ofClasses(file, own.length > 0 ? own : classes);
}

/** A notebook, or the page of a model file, which have no text editor, or a file whose editor is not there yet. */
async function ofActiveTab(rooms: Rooms): Promise<Target | undefined> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  if (input instanceof vscode.TabInputNotebook) {
    const uri = input.uri.toString();
    const notebook = vscode.workspace.notebookDocuments.find(n => n.uri.toString() === uri);
    return notebook && looksLikeModelFile(combined(notebook).text) ? ofNotebook(notebook, rooms) : undefined;
  }
  // The tab is told before its editor.
  if (input instanceof vscode.TabInputText && input.uri.path.endsWith('.py'))
    return isOurFile(await vscode.workspace.openTextDocument(input.uri))
      ? ofFile(input.uri, rooms)
      : undefined;
  if (!(input instanceof vscode.TabInputCustom)) return undefined;
  if (!modelFileTypes.some(t => t === input.viewType)) return undefined;
  // Weights alone are no model; their page says what they lack.
  return ofModelFile(input.uri.fsPath, rooms).catch(e => {
    rooms.log.debug(`${input.uri.fsPath}: ${messageOf(e)}`);
    return undefined;
  });
}

/** The model that a file which is no source describes. @throws VitrineError for one that cannot be read */
async function ofModelFile(file: string, rooms: Rooms): Promise<Target | undefined> {
  const models = Object.values(await rooms.engine.request('model/read', { file }));
  const [first] = models.flatMap(m => m.model ?? []);
  if (first) return { kind: 'class', file: first.file, class: first.name };
  const error = models.flatMap(m => m.diagnostics).find(d => d.severity === 'error');
  if (error) throw new VitrineError('bad-file', error.message, { at: { file } });
  return undefined;
}

/** What Transformers saves beside a model's weights. */
function isConfiguration(uri: vscode.Uri): boolean {
  return path.posix.basename(uri.path) === 'config.json';
}

async function ofClasses(
  file: string,
  classes: ReturnType<typeof classPlaces>,
  line?: number,
): Promise<Target | undefined> {
  if (classes.length === 0)
    throw new VitrineError(
      'class-not-found',
      l10n.t('{0} has no class that extends nn.Module.', path.basename(file)),
      { at: { file } },
    );
  const here = line === undefined ? undefined : classAround(classes, line + 1);
  if (here) return { kind: 'class', file, class: here.name };
  if (classes.length === 1) return { kind: 'class', file, class: classes[0]!.name };
  // The last class of a file is most often the one that the others are parts of.
  const picked = await vscode.window.showQuickPick(
    [...classes].reverse().map(c => ({
      label: `$(symbol-class) ${c.name}`,
      description: l10n.t('line {0}', c.line),
      name: c.name,
    })),
    { title: l10n.t('Which model?'), placeHolder: path.basename(file) },
  );
  return picked && { kind: 'class', file, class: picked.name };
}

interface Choice extends vscode.QuickPickItem {
  choose(): Promise<Target | undefined>;
}

async function pickAnything(rooms: Rooms): Promise<Target | undefined> {
  const experiments = await rooms.experiments.all();
  if (experiments.length === 1) return { kind: 'experiment', file: experiments[0]!.file };
  if (experiments.length > 1) {
    const picked = await pickExperiment(experiments);
    return picked && { kind: 'experiment', file: picked.file };
  }
  const found = (await findModelFiles()).flatMap(({ uri, classes }): Choice[] => {
    const file = vscode.workspace.asRelativePath(uri);
    if (classes.length === 0) return [{ label: `$(file-code) ${file}`, choose: () => ofFile(uri, rooms) }];
    return classes.map(c => ({
      label: `$(symbol-class) ${c.name}`,
      description: file,
      choose: async () => ({ kind: 'class', file: uri.fsPath, class: c.name }),
    }));
  });
  if (found.length === 0) {
    void offerFirstModel();
    return undefined;
  }
  const picked =
    found.length === 1
      ? found[0]!
      : await vscode.window.showQuickPick(found, { title: l10n.t('Which model?'), matchOnDescription: true });
  return picked?.choose();
}

/** Where there is nothing to work on, what would be. */
async function offerFirstModel(): Promise<void> {
  const table = l10n.t('New Model for Data…');
  const sample = l10n.t('Open a Sample');
  const picked = await vscode.window.showInformationMessage(
    l10n.t('There is no model here yet: no experiment file and no Python class that extends nn.Module.'),
    table,
    sample,
  );
  if (picked)
    await vscode.commands.executeCommand(picked === table ? commands.newModel : commands.openSample);
}

export async function pickExperiment(
  experiments: readonly ExperimentInfo[],
): Promise<ExperimentInfo | undefined> {
  const picked = await vscode.window.showQuickPick(
    experiments.map(e => ({
      label: `$(beaker) ${experimentName(e.file)}`,
      description: [e.model?.class, e.data?.file && path.basename(e.data.file)].filter(Boolean).join(' · '),
      detail: vscode.workspace.asRelativePath(e.file),
      experiment: e,
    })),
    { title: l10n.t('Which experiment?'), matchOnDescription: true, matchOnDetail: true },
  );
  return picked?.experiment;
}

/** The class that a target speaks of. */
export async function classOf(
  target: Target,
): Promise<{ file: string; class: string; module?: string } | undefined> {
  switch (target.kind) {
    case 'class':
      return target;
    case 'run':
      return { file: target.run.record.model.file, class: target.run.record.model.class };
    case 'experiment': {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(target.file));
      const { model } = experimentInfo(target.file, document.getText());
      if (!model?.class)
        throw new VitrineError(
          'bad-experiment',
          l10n.t('{0} names no model: write "model": {"file": …, "class": …}.', path.basename(target.file)),
          { at: { file: target.file } },
        );
      return { file: model.file, class: model.class };
    }
  }
}

function isOurFile(document: vscode.TextDocument): boolean {
  return (
    document.uri.scheme === 'file' &&
    (document.uri.path.endsWith(experimentSuffix) ||
      (isConfiguration(document.uri) && /"model_type"\s*:/.test(document.getText())) ||
      // A window that has just opened knows the editor before its language.
      ((document.languageId === 'python' || document.uri.path.endsWith('.py')) &&
        (classPlaces(document.getText()).length > 0 ||
          (looksLikeModelFile(document.getText()) && trainsItself(document.getText())))))
  );
}

function isPlace(x: unknown): x is { file: string; class: string; module?: string } {
  return (
    typeof x === 'object' &&
    x !== null &&
    typeof (x as { file?: unknown }).file === 'string' &&
    typeof (x as { class?: unknown }).class === 'string'
  );
}
