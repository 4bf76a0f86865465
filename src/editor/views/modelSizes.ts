/**
 * What is in model files that nobody has opened: they are read one after another, while the view that lists them is seen
 * and nobody types, for the reader has one pair of hands and the editor goes first.
 */
import * as vscode from 'vscode';
import type { SourceRange } from '../../model/graph';
import type { ReadModel } from '../../service/protocol';
import type { Log } from '../log';
import type { Models } from '../models';
import { isCancelled, messageOf } from '../problems';
import { parameterCount } from '../text/facts';

/** Files that are read without being asked for; more are read when they are opened. */
const most = 100;
/** Milliseconds without a keystroke. */
const quiet = 1500;

export interface ModelSize {
  name: string;
  parameters: number;
  /** Of its class, or of the statement that makes or trains it. */
  definition?: SourceRange | undefined;
}

const sizesOf = (models: Readonly<Record<string, ReadModel>>): ModelSize[] =>
  Object.entries(models).flatMap(([name, { model }]) =>
    model ? [{ name, parameters: parameterCount(model), definition: model.definition }] : [],
  );

export class ModelSizes implements vscode.Disposable {
  readonly #models: Models;
  readonly #log: Log;
  readonly #read = new Map<string, readonly ModelSize[]>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** A file has been read. */
  readonly onDidRead = this.#changed.event;
  #wanted: vscode.Uri[] = [];
  #seen = false;
  #working = false;
  #abort = new AbortController();
  #typed = 0;
  readonly #disposables: vscode.Disposable[];

  constructor(models: Models, log: Log) {
    this.#models = models;
    this.#log = log;
    this.#disposables = [
      this.#changed,
      vscode.workspace.onDidChangeTextDocument(e => {
        if (e.contentChanges.length === 0 || e.document.uri.scheme === 'output') return;
        this.#wait();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.#wait()),
    ];
  }

  /** The models that a file makes, from its newest reading; undefined where there is none yet. */
  of(uri: vscode.Uri): readonly ModelSize[] | undefined {
    const reading = this.#models.known(uri);
    if (reading && !reading.failure) return sizesOf(reading.models);
    return this.#read.get(uri.toString());
  }

  /** Files to be read when there is time, those of before forgotten. */
  want(files: readonly vscode.Uri[]): void {
    this.#wanted = files.filter(f => !this.#read.has(f.toString())).slice(0, most);
    void this.#work();
  }

  /** Nothing is read for a view that nobody sees. */
  seen(seen: boolean): void {
    this.#seen = seen;
    if (!seen) this.#abort.abort();
    void this.#work();
  }

  /** Of a file that has changed. */
  forget(uri: vscode.Uri): void {
    this.#read.delete(uri.toString());
  }

  /** Whoever types or opens a file is answered first. */
  #wait(): void {
    this.#typed = Date.now();
    this.#abort.abort();
  }

  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#seen && this.#wanted.length > 0) {
        const wait = this.#typed + quiet - Date.now();
        if (wait > 0) {
          await new Promise(done => setTimeout(done, wait));
          continue;
        }
        const uri = this.#wanted[0]!;
        if (this.of(uri) === undefined && !(await this.#readOne(uri))) {
          // Interrupted: it is asked for again when it is quiet.
          this.#typed = Date.now();
          continue;
        }
        if (this.#wanted[0] === uri) this.#wanted.shift();
      }
    } finally {
      this.#working = false;
    }
  }

  /** Whether there is an answer, if only that the file cannot be read. */
  async #readOne(uri: vscode.Uri): Promise<boolean> {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    try {
      const models = await this.#models.readFile(uri, signal);
      if (signal.aborted) return false;
      this.#read.set(uri.toString(), sizesOf(models));
      this.#changed.fire(uri);
      return true;
    } catch (e) {
      if (signal.aborted || isCancelled(e)) return false;
      this.#log.debug(`${uri.fsPath}: ${messageOf(e)}`);
      this.#read.set(uri.toString(), []);
      return true;
    }
  }

  dispose(): void {
    this.#seen = false;
    this.#abort.abort();
    for (const d of this.#disposables) d.dispose();
  }
}
