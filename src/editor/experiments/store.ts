/** The experiment files of the workspace, kept up to date by a file watcher; found when first asked for. */
import * as vscode from 'vscode';
import { exists } from '../exists';
import { experimentGlob, experimentSuffix } from '../ids';
import type { Log } from '../log';
import { samePath } from '../text/places';
import { type ExperimentInfo, experimentInfo, MAX_EXPERIMENT_BYTES } from './info';

const MAX_FILES = 1000;

export class Experiments implements vscode.Disposable {
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #known = new Map<string, ExperimentInfo>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  #found: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  async all(): Promise<ExperimentInfo[]> {
    this.#found ??= this.#find();
    await this.#found;
    return [...this.#known.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
  }

  /** What is known now, without waiting for the search. */
  known(): ExperimentInfo[] {
    return [...this.#known.values()];
  }

  /** Those that name this model file (and class, if given). */
  async of(file: string, className?: string): Promise<ExperimentInfo[]> {
    const found = (await this.all()).filter(
      e =>
        e.model &&
        samePath(e.model.file, file) &&
        (className === undefined || e.model.class === undefined || e.model.class === className),
    );
    if (found.length < 2) return found;
    // Nobody is to choose between files of which the watcher has not yet said that they are gone.
    const there = await Promise.all(found.map(e => exists(vscode.Uri.file(e.file))));
    return found.filter((_, i) => there[i]);
  }

  async get(uri: vscode.Uri): Promise<ExperimentInfo> {
    const open = vscode.workspace.textDocuments.find(d => d.uri.toString() === uri.toString());
    if (open) return experimentInfo(uri.fsPath, open.getText());
    return (await this.#read(uri)) ?? experimentInfo(uri.fsPath, '');
  }

  async #find(): Promise<void> {
    const watcher = vscode.workspace.createFileSystemWatcher(experimentGlob);
    const update = async (uri: vscode.Uri) => {
      if (!isSnapshot(uri) && (await this.#update(uri))) this.#changed.fire();
    };
    this.#disposables.push(
      watcher,
      watcher.onDidCreate(update),
      watcher.onDidChange(update),
      watcher.onDidDelete(uri => {
        if (this.#known.delete(uri.toString())) this.#changed.fire();
      }),
      vscode.workspace.onDidChangeTextDocument(e => {
        const { uri } = e.document;
        if (uri.scheme !== 'file' || !uri.path.endsWith(experimentSuffix) || isSnapshot(uri)) return;
        // A deleted file may still be open; a new one is the watcher's to find.
        if (
          this.#known.has(uri.toString()) &&
          this.#set(uri, experimentInfo(uri.fsPath, e.document.getText()))
        )
          this.#changed.fire();
      }),
    );
    await this.#search();
  }

  /** Reads what is there. */
  async #search(): Promise<void> {
    const files = await vscode.workspace.findFiles(
      experimentGlob,
      '**/{node_modules,.git,.vitrine,__pycache__,site-packages}/**',
      MAX_FILES,
    );
    const changed = await Promise.all(files.map(f => this.#update(f)));
    if (changed.includes(true)) this.#changed.fire();
  }

  /** All of them, looked for again: a watcher that missed a file must not hide it from who asks on purpose. */
  async searched(): Promise<ExperimentInfo[]> {
    this.#found ??= this.#find();
    await this.#found;
    await this.#search();
    return this.all();
  }

  async #update(uri: vscode.Uri): Promise<boolean> {
    return this.#set(uri, await this.#read(uri));
  }

  /** True when something changed that others build on; most edits change only numbers that they don't look at. */
  #set(uri: vscode.Uri, info: ExperimentInfo | undefined): boolean {
    const key = uri.toString();
    const before = this.#known.get(key);
    if (info) this.#known.set(key, info);
    else this.#known.delete(key);
    const essence = (i: ExperimentInfo | undefined) => JSON.stringify(i && [i.model, i.data]);
    return essence(before) !== essence(info);
  }

  async #read(uri: vscode.Uri): Promise<ExperimentInfo | undefined> {
    try {
      const { size } = await vscode.workspace.fs.stat(uri);
      if (size > MAX_EXPERIMENT_BYTES) return undefined;
      const bytes = await vscode.workspace.fs.readFile(uri);
      return experimentInfo(uri.fsPath, new TextDecoder().decode(bytes));
    } catch (e) {
      this.#log.debug(`${uri.fsPath} cannot be read: ${e}`);
      return undefined;
    }
  }

  dispose(): void {
    for (const d of this.#disposables) d.dispose();
  }
}

/** The copy that a run keeps of its experiment is no experiment of the user's. */
function isSnapshot(uri: vscode.Uri): boolean {
  return uri.path.includes('/.vitrine/');
}
