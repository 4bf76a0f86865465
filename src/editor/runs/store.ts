/**
 * The runs of the workspace, read from their folders: listing them needs no engine. What a live run says of itself
 * goes before what its file says.
 */
import * as vscode from 'vscode';
import { movedRecord } from '../../train/runs/moved';
import type { RunRecord } from '../../train/runs/run';
import { runFiles } from '../../train/runs/run';
import type { Log } from '../log';
import { samePath } from '../text/places';
import { distinctIds } from './distinct';
import { parseRecord } from './record';

export interface Run {
  /** Its id is the only one of its kind in the workspace. */
  record: RunRecord;
  /** The id that its folder and files have, and that its engine knows. */
  ownId: string;
  /** `.vitrine/runs/<id>`. */
  folder: vscode.Uri;
  /** The folder that holds `.vitrine`. */
  base: string;
}

const glob = `**/.vitrine/runs/*/${runFiles.record}`;
const MAX_RUNS = 2000;
const MAX_RECORD_BYTES = 1_000_000;

export class Runs implements vscode.Disposable {
  readonly #log: Log;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #known = new Map<string, Run>();
  readonly #disposables: vscode.Disposable[] = [this.#changed];
  #found: Promise<void> | undefined;
  /** What is known, until that changes. */
  #listed: readonly Run[] | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Newest first. */
  async all(): Promise<readonly Run[]> {
    this.#found ??= this.#find();
    await this.#found;
    return this.known();
  }

  known(): readonly Run[] {
    this.#listed ??= this.#list();
    return this.#listed;
  }

  async get(id: string): Promise<Run | undefined> {
    return (await this.all()).find(r => r.record.id === id);
  }

  /** The newest run with weights of this model class; of this experiment, if it is given. */
  async trained(where: { file?: string; class?: string; experiment?: string }): Promise<Run | undefined> {
    return (await this.all()).find(({ record }) => isTrained(record) && matches(record, where));
  }

  async refresh(): Promise<void> {
    this.#known.clear();
    this.#listed = undefined;
    this.#found = undefined;
    for (const d of this.#disposables.splice(1)) d.dispose();
    await this.all();
    this.#changed.fire();
  }

  /** @param name "" takes the name away. */
  async rename(run: Run, name: string): Promise<void> {
    const file = vscode.Uri.joinPath(run.folder, runFiles.record);
    const record = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
    const { name: _, ...rest } = record;
    const text = `${JSON.stringify(name === '' ? rest : { id: rest.id, name, ...rest }, undefined, 2)}\n`;
    // Written beside and moved over it: a run is never left without its record.
    const beside = vscode.Uri.joinPath(run.folder, `.${runFiles.record}.new`);
    await vscode.workspace.fs.writeFile(beside, new TextEncoder().encode(text));
    await vscode.workspace.fs.rename(beside, file, { overwrite: true });
    await this.reload(run.folder);
  }

  /** Reads one run's record again, or for the first time. */
  async reload(folder: vscode.Uri): Promise<void> {
    await this.#update(vscode.Uri.joinPath(folder, runFiles.record));
    this.#changed.fire();
  }

  /** Moves the run's folder to the trash where there is one. */
  async delete(run: Run): Promise<void> {
    try {
      await vscode.workspace.fs.delete(run.folder, { recursive: true, useTrash: true });
    } catch (e) {
      this.#log.debug(`no trash: ${e}`);
      await vscode.workspace.fs.delete(run.folder, { recursive: true, useTrash: false });
    }
    this.#forget(run.folder);
    this.#changed.fire();
  }

  #list(): Run[] {
    const runs = [...this.#known.values()];
    const ids = distinctIds(runs.map(({ record, base }) => ({ id: record.id, base })));
    return runs
      .map((run, i) => (ids[i] === run.record.id ? run : { ...run, record: { ...run.record, id: ids[i]! } }))
      .sort((a, b) => (a.record.started > b.record.started ? -1 : 1));
  }

  #forget(folder: vscode.Uri): boolean {
    this.#listed = undefined;
    return this.#known.delete(folder.toString());
  }

  async #find(): Promise<void> {
    const watcher = vscode.workspace.createFileSystemWatcher(glob);
    const update = async (uri: vscode.Uri) => {
      await this.#update(uri);
      this.#changed.fire();
    };
    this.#disposables.push(
      watcher,
      watcher.onDidCreate(update),
      watcher.onDidChange(update),
      watcher.onDidDelete(uri => {
        if (this.#forget(folderOf(uri))) this.#changed.fire();
      }),
    );
    const files = await vscode.workspace.findFiles(glob, '**/{node_modules,.git}/**', MAX_RUNS);
    await Promise.all(files.map(f => this.#update(f)));
  }

  async #update(file: vscode.Uri): Promise<void> {
    const folder = folderOf(file);
    try {
      const { size } = await vscode.workspace.fs.stat(file);
      if (size > MAX_RECORD_BYTES) throw new Error(`${size} bytes are too many for a run's record`);
      const record = parseRecord(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
      // The folder's name is the run's id; a record that says otherwise was copied or tampered with.
      if (!record || record.id !== folder.path.split('/').at(-1))
        throw new Error('not the record of this run');
      this.#listed = undefined;
      this.#known.set(folder.toString(), {
        // A run goes where its folder goes: one that came with a sample, or with a checkout, is a run of the model here.
        record: movedRecord(folder.fsPath, record),
        ownId: record.id,
        folder,
        base: vscode.Uri.joinPath(folder, '..', '..', '..').fsPath,
      });
    } catch (e) {
      this.#log.debug(`${file.fsPath} is left out: ${e}`);
      this.#forget(folder);
    }
  }

  dispose(): void {
    for (const d of this.#disposables) d.dispose();
  }
}

export function isTrained(record: RunRecord): boolean {
  return (record.state === 'finished' || record.state === 'stopped') && record.epochsDone > 0;
}

function matches(record: RunRecord, where: { file?: string; class?: string; experiment?: string }): boolean {
  return (
    (where.experiment === undefined || samePath(record.experiment, where.experiment)) &&
    (where.file === undefined || samePath(record.model.file, where.file)) &&
    (where.class === undefined || record.model.class === where.class)
  );
}

function folderOf(file: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(file, '..');
}
