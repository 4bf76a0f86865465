/**
 * The models of open documents, read by the reader process from the editor's text. One reading per document version:
 * a newer version cancels what is under way, and what comes too late is dropped.
 */
import * as vscode from 'vscode';
import type { Model } from '../model/graph';
import { LastAnswers } from '../service/modelsSince';
import type { ReadModel, ReadModelRequest } from '../service/protocol';
import type { Engine } from './engine';
import type { Experiments } from './experiments/store';
import type { Log } from './log';
import { cellScheme, combined, notebookOf, ofCell, openText } from './notebooks';
import { isCancelled, messageOf } from './problems';
import { enabled, readDelay } from './settings';
import { parameterCount } from './text/facts';
import { looksLikeModelFile } from './text/python';

export interface Reading {
  uri: vscode.Uri;
  version: number;
  /** By class name. */
  models: Readonly<Record<string, ReadModel>>;
  /** Why there is nothing, if the reader itself failed. */
  failure?: string;
}

interface Entry {
  reading?: Reading;
  /** How long the last reading took, with the way there and back, in ms. */
  took?: number;
  pending?: { version: number; promise: Promise<Reading | undefined>; abort: AbortController };
}

export class Models implements vscode.Disposable {
  readonly #engine: Engine;
  readonly #experiments: Experiments;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  readonly #answers = new LastAnswers();
  readonly #notebooks = new Map<
    string,
    {
      text: string;
      abort: AbortController;
      promise: Promise<{ models: Readonly<Record<string, ReadModel>> } | undefined>;
    }
  >();
  readonly #changed = new vscode.EventEmitter<Reading>();
  /** A new reading of a document. */
  readonly onDidRead = this.#changed.event;
  readonly #disposables: vscode.Disposable[];

  constructor(engine: Engine, experiments: Experiments, log: Log) {
    this.#engine = engine;
    this.#experiments = experiments;
    this.#log = log;
    this.#disposables = [
      this.#changed,
      vscode.workspace.onDidChangeTextDocument(e => {
        if (e.contentChanges.length > 0) this.#stale(e.document);
      }),
      vscode.workspace.onDidCloseTextDocument(d => {
        const key = d.uri.toString();
        this.#entries.get(key)?.pending?.abort.abort();
        this.#entries.delete(key);
      }),
      // What is saved may be imported by the others.
      vscode.workspace.onDidSaveTextDocument(d => {
        if (isPython(d)) this.#forget(other => other !== d.uri.toString());
      }),
      vscode.workspace.onDidCloseNotebookDocument(n => {
        this.#notebooks.get(n.uri.toString())?.abort.abort();
        this.#notebooks.delete(n.uri.toString());
      }),
      experiments.onDidChange(() => this.#forget(() => true)),
    ];
  }

  /** True when models may be evaluated here; otherwise only their syntax is looked at. */
  mayEvaluate(document: vscode.TextDocument): boolean {
    return vscode.workspace.isTrusted && enabled('evaluate', document.uri);
  }

  /** The newest reading, possibly of an older version of the text. */
  known(uri: vscode.Uri): Reading | undefined {
    return this.#entries.get(uri.toString())?.reading;
  }

  /** The newest reading if it is of the text as it stands. */
  current(document: vscode.TextDocument): Reading | undefined {
    const reading = this.known(document.uri);
    return reading?.version === document.version ? reading : undefined;
  }

  /**
   * Reads the text as it stands, shared by all who ask. Undefined when it changed meanwhile, when the token was
   * cancelled, or when there is nothing to read.
   */
  async read(document: vscode.TextDocument, token?: vscode.CancellationToken): Promise<Reading | undefined> {
    const notebook = notebookOf(document);
    if (notebook) return this.#readCell(notebook, document, token);
    if (!isPython(document) || !this.mayEvaluate(document) || !looksLikeModelFile(document.getText()))
      return undefined;
    const entry = this.#entry(document.uri);
    if (entry.reading?.version === document.version) return entry.reading;
    if (entry.pending?.version !== document.version) {
      const typing = entry.pending !== undefined || entry.reading !== undefined;
      entry.pending?.abort.abort();
      const abort = new AbortController();
      entry.pending = {
        version: document.version,
        abort,
        promise: this.#start(document, entry, abort.signal, typing ? delayAfter(entry.took) : 0),
      };
    }
    const { version } = entry.pending;
    const reading = await entry.pending.promise;
    if (token?.isCancellationRequested) return undefined;
    // Forgotten on the way, because an experiment came or went: the text is the same, so the answer is still wanted.
    const forgotten = !reading && !document.isClosed && document.version === version;
    return forgotten && this.#entries.get(document.uri.toString()) !== entry
      ? this.read(document, token)
      : reading;
  }

  /** Reads a class of a file for the panel or a tree, whether or not it is open. */
  async readClass(uri: vscode.Uri, className: string): Promise<ReadModel | undefined> {
    if (uri.path.endsWith('.ipynb')) {
      const whole = await this.#readNotebook(await vscode.workspace.openNotebookDocument(uri));
      return whole?.models[className];
    }
    // Files that are no source, as a config.json or an .onnx, have no text in which classes would be looked for.
    if (notSource.test(uri.path)) return (await this.readFile(uri))[className];
    const document = await vscode.workspace.openTextDocument(uri);
    const reading = await this.read(document);
    if (reading?.failure) throw new Error(reading.failure);
    return reading?.models[className];
  }

  /** A cell's part of what its notebook gave. */
  async #readCell(
    notebook: vscode.NotebookDocument,
    document: vscode.TextDocument,
    token?: vscode.CancellationToken,
  ): Promise<Reading | undefined> {
    await this.#readNotebook(notebook);
    const entry = this.#entry(document.uri);
    // The same text may have another version: something was undone.
    const same = this.#notebooks.get(notebook.uri.toString())?.text === combined(notebook).text;
    if (entry.reading && same) entry.reading = { ...entry.reading, version: document.version };
    return token?.isCancellationRequested ? undefined : this.current(document);
  }

  /** Reads the cells as one file, once for their texts as they stand; the places are those of the whole. */
  async #readNotebook(
    notebook: vscode.NotebookDocument,
  ): Promise<{ models: Readonly<Record<string, ReadModel>> } | undefined> {
    const whole = combined(notebook);
    const [first] = whole.cells;
    if (!first || !this.mayEvaluate(first.document) || !looksLikeModelFile(whole.text)) return undefined;
    const key = notebook.uri.toString();
    const before = this.#notebooks.get(key);
    if (before?.text === whole.text) return before.promise;
    before?.abort.abort();
    const abort = new AbortController();
    const request = async () => {
      if (before) await pause(Math.min(readDelay(), 150), abort.signal);
      if (abort.signal.aborted) return undefined;
      try {
        const models = await this.#requestFile(
          { file: whole.file, texts: { [whole.file]: whole.text } },
          abort.signal,
        );
        if (abort.signal.aborted) return undefined;
        for (const c of whole.cells) {
          const { uri, version } = c.document;
          const reading: Reading = { uri, version, models: ofCell(models, whole, c) };
          this.#entry(uri).reading = reading;
          this.#changed.fire(reading);
        }
        return { models };
      } catch (e) {
        if (!isCancelled(e)) this.#log.error(`${whole.file}: ${messageOf(e)}`);
        if (this.#notebooks.get(key)?.abort === abort) this.#notebooks.delete(key);
        return undefined;
      }
    };
    const promise = request();
    this.#notebooks.set(key, { text: whole.text, abort, promise });
    return promise;
  }

  /** The models of a reading: those that cost most first, for they hold the others. */
  static models(reading: Reading | undefined): Model[] {
    return Object.values(reading?.models ?? {})
      .flatMap(r => r.model ?? [])
      .sort((a, b) => parameterCount(b) - parameterCount(a));
  }

  async #start(
    document: vscode.TextDocument,
    entry: Entry,
    signal: AbortSignal,
    delay: number,
  ): Promise<Reading | undefined> {
    const { version, uri } = document;
    const late = () => signal.aborted || document.isClosed || document.version !== version;
    if (delay > 0) await pause(delay, signal);
    const started = performance.now();
    const reading = late()
      ? undefined
      : await this.#request(document, signal).then(
          (models): Reading => ({ uri, version, models }),
          (e): Reading | undefined => {
            if (isCancelled(e)) return undefined;
            this.#log.error(`${uri.fsPath}: ${e instanceof Error ? (e.stack ?? e.message) : e}`);
            return { uri, version, models: {}, failure: messageOf(e) };
          },
        );
    // Whoever cancelled it has another reading under way; a cancellation of the process's own may be tried again.
    if (entry.pending?.version === version && entry.pending.abort.signal === signal) delete entry.pending;
    if (!reading || late()) return undefined;
    entry.reading = reading;
    entry.took = performance.now() - started;
    this.#changed.fire(reading);
    return reading;
  }

  async #request(
    document: vscode.TextDocument,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, ReadModel>>> {
    const file = document.uri.fsPath;
    const texts = Object.fromEntries(
      vscode.workspace.textDocuments
        .filter(d => d === document || (isPython(d) && d.isDirty))
        .map(d => [d.uri.fsPath, d.getText()]),
    );
    return this.#requestFile({ file, texts }, signal);
  }

  /**
   * Reads a file that nobody needs to have open (a notebook too), as it is on the disk or, where it is open, in the editor. Kept by
   * whoever asks. Nothing where models may not be evaluated.
   */
  async readFile(
    uri: vscode.Uri,
    signal = new AbortController().signal,
  ): Promise<Readonly<Record<string, ReadModel>>> {
    if (!vscode.workspace.isTrusted || !enabled('evaluate', uri)) return {};
    const text = openText(uri);
    const texts = text === undefined ? {} : { [uri.fsPath]: text };
    return this.#requestFile({ file: uri.fsPath, texts }, signal);
  }

  async #requestFile(
    request: ReadModelRequest,
    signal: AbortSignal,
  ): Promise<Readonly<Record<string, ReadModel>>> {
    const { file } = request;
    // Experiments know the constructor's arguments and the input's size; the source alone may not.
    const bound = (await this.#experiments.of(file)).flatMap(e =>
      e.model?.class && (e.model.arguments || e.model.input || e.model.weights) ? [e.model as Bound] : [],
    );
    const ask = ({ texts, ...rest }: ReadModelRequest & { weights?: string }) =>
      this.#answers.ask(JSON.stringify(rest), since =>
        this.#engine.request(
          'model/readSince',
          { ...rest, ...(texts && { texts }), ...(since !== undefined && { since }) },
          { signal },
        ),
      );
    const [all, ...special] = await Promise.all([
      ask(request),
      ...[...new Map(bound.map(b => [b.class, b])).values()].map(b =>
        ask({
          ...request,
          class: b.class,
          ...(b.arguments ? { arguments: b.arguments } : {}),
          ...(b.input ? { input: b.input } : {}),
          ...(b.weights ? { weights: b.weights } : {}),
        }),
      ),
    ]);
    return Object.assign({}, all, ...special);
  }

  #entry(uri: vscode.Uri): Entry {
    const key = uri.toString();
    let entry = this.#entries.get(key);
    if (!entry) {
      entry = {};
      this.#entries.set(key, entry);
    }
    return entry;
  }

  #stale(document: vscode.TextDocument): void {
    const entry = this.#entries.get(document.uri.toString());
    entry?.pending?.abort.abort();
    if (!entry && !isVisible(document)) return;
    void this.read(document);
  }

  /** Readings that may have changed without their text: they are read again when someone asks. */
  #forget(which: (uri: string) => boolean): void {
    for (const [key, notebook] of this.#notebooks) {
      if (!which(key)) continue;
      notebook.abort.abort();
      this.#notebooks.delete(key);
    }
    // A copy: reading again puts the entry back, and a loop over the map itself would meet it for ever.
    for (const [key, entry] of [...this.#entries]) {
      if (!which(key) || (!entry.reading && !entry.pending)) continue;
      entry.pending?.abort.abort();
      this.#entries.delete(key);
      const document = vscode.workspace.textDocuments.find(d => d.uri.toString() === key);
      if (document && isVisible(document)) void this.read(document);
    }
  }

  dispose(): void {
    for (const e of this.#entries.values()) e.pending?.abort.abort();
    for (const d of this.#disposables) d.dispose();
  }
}

/** A reading of this many milliseconds is over before most people's next key. */
const atOnce = 80;

/** How long to wait for more typing: what was read in a moment is read at once. */
function delayAfter(took: number | undefined): number {
  if (took === undefined) return readDelay();
  return took <= atOnce ? 0 : Math.min(readDelay(), took / 2);
}

interface Bound {
  class: string;
  arguments?: Readonly<Record<string, unknown>>;
  input?: readonly number[];
  weights?: string;
}

const notSource = /\.(json|onnx|safetensors|pt|pth|ckpt|bin|keras|h5|hdf5|gguf)$/i;

export function isPython(document: vscode.TextDocument): boolean {
  return (
    document.languageId === 'python' && (document.uri.scheme === 'file' || document.uri.scheme === cellScheme)
  );
}

function isVisible(document: vscode.TextDocument): boolean {
  return vscode.window.visibleTextEditors.some(e => e.document === document);
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
