/** The read-only editor of model files: ONNX, safetensors, checkpoints and their like. */
import path from 'node:path';
import * as vscode from 'vscode';
import { unpack } from '../../service/packed';
import { commands, modelFileTypes } from '../ids';
import { setPage } from '../pageSetup';
import { saveFromPage } from '../panel/saving';
import { pageStrings } from '../panel/strings';
import { isCancelled, messageOf, report, showPlaceOf } from '../problems';
import type { Rooms } from '../rooms';
import { sourceOf } from '../text/places';
import type { FromModelFile, ModelFileParts, ModelFileState, ToModelFile } from './protocol';

const { l10n } = vscode;

export function registerModelFiles(rooms: Rooms): vscode.Disposable {
  const provider: vscode.CustomReadonlyEditorProvider = {
    openCustomDocument: uri => ({ uri, dispose() {} }),
    resolveCustomEditor(document, panel) {
      new ModelFileEditor(document.uri, panel, rooms);
    },
  };
  return vscode.Disposable.from(
    ...modelFileTypes.map(type =>
      vscode.window.registerCustomEditorProvider(type, provider, {
        supportsMultipleEditorsPerDocument: true,
        webviewOptions: { enableFindWidget: true },
      }),
    ),
  );
}

class ModelFileEditor {
  readonly #uri: vscode.Uri;
  readonly #panel: vscode.WebviewPanel;
  readonly #rooms: Rooms;
  readonly #disposables: vscode.Disposable[] = [];
  #state: ModelFileState;
  readonly #parts: ModelFileParts = { contents: null, graph: null };
  /** What the buttons act on. */
  #target: { file: string; class: string } | undefined;
  /** The page listens. */
  #ready = false;
  /** Ends what is under way when the file changes or the editor is closed. */
  #abort = new AbortController();

  constructor(uri: vscode.Uri, panel: vscode.WebviewPanel, rooms: Rooms) {
    this.#uri = uri;
    this.#panel = panel;
    this.#rooms = rooms;
    this.#state = {
      name: path.posix.basename(uri.path),
      busy: true,
      graphBusy: false,
      diagnostics: [],
      actions: [],
    };
    const { webview } = panel;
    this.#disposables.push(
      webview.onDidReceiveMessage(m => void this.#take(m as FromModelFile)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#send()),
      this.#watch(),
    );
    panel.onDidDispose(() => {
      this.#abort.abort();
      vscode.Disposable.from(...this.#disposables).dispose();
    });
    setPage(webview, rooms.context.extensionUri, 'modelFile');
    void this.#load();
  }

  #watch(): vscode.Disposable {
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(vscode.Uri.joinPath(this.#uri, '..'), path.posix.basename(this.#uri.path)),
    );
    // A file that is being written changes many times.
    let timer: NodeJS.Timeout | undefined;
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void this.#load(), 400);
    };
    return vscode.Disposable.from(
      watcher,
      watcher.onDidChange(again),
      watcher.onDidCreate(again),
      new vscode.Disposable(() => clearTimeout(timer)),
    );
  }

  async #load(): Promise<void> {
    this.#abort.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const { signal } = abort;
    const file = this.#uri.fsPath;
    const name = path.basename(file);
    const update = (change: Partial<ModelFileState>, parts: Partial<ModelFileParts> = {}) => {
      if (signal.aborted) return;
      this.#state = { ...this.#state, ...change };
      this.#send(parts);
    };
    if (this.#uri.scheme !== 'file') {
      const error = l10n.t('{0} is not on a disk that Vitrine can read.', name);
      update({ busy: false, error });
      return;
    }
    this.#target = undefined;
    this.#state = { name, busy: true, graphBusy: false, diagnostics: [], actions: [] };
    this.#send({ contents: null, graph: null });
    const { engine, log } = this.#rooms;
    try {
      // The table is there at once; the graph, above all one that config.json describes, may take a moment longer.
      const reading = engine.request('file/graph', { file }, { signal });
      // Where the contents cannot be read, that is what is told.
      reading.catch(() => {});
      const {
        packed,
        runs,
        described,
        graph: expected,
      } = await engine.request('file/contents', { file }, { signal });
      update(
        { busy: false, graphBusy: expected, ...(described && { described }), actions: ['compare'] },
        { contents: packed },
      );
      const { graph, diagnostics, failure, ...read } = await reading;
      if (failure !== undefined) log.debug(`${read.described}: ${failure}`);
      if (!signal.aborted) this.#target = graph && { file: graph.file, class: graph.name };
      update(
        {
          graphBusy: false,
          diagnostics,
          ...(read.described && { described: read.described }),
          actions: this.#actionsFor(
            graph !== undefined && (runs || read.described !== undefined),
            graph?.file,
          ),
        },
        { graph: graph?.packed ?? null },
      );
    } catch (e) {
      if (isCancelled(e)) return;
      log.warn(`${file}: ${e instanceof Error ? (e.stack ?? e.message) : e}`);
      update({ busy: false, graphBusy: false, error: messageOf(e) });
    }
  }

  #actionsFor(runs: boolean, graphFile: string | undefined): ModelFileState['actions'] {
    if (!runs) return ['compare'];
    const asks = graphFile !== undefined && path.basename(graphFile) === 'config.json';
    return ['train', ...(asks ? (['ask'] as const) : []), 'explain', 'export', 'compare'];
  }

  /** @param parts those that changed; the page keeps the others. */
  #send(parts: Partial<ModelFileParts> = {}): void {
    Object.assign(this.#parts, parts);
    // What is told before the page listens would wait in the editor's window, beside what is told when it does.
    if (this.#ready) this.#post({ type: 'state', state: this.#state, parts });
  }

  #post(message: ToModelFile): void {
    void this.#panel.webview.postMessage(message);
  }

  async #take(message: FromModelFile): Promise<void> {
    try {
      switch (message.type) {
        case 'ready':
          this.#ready = true;
          this.#post({ type: 'state', state: this.#state, parts: this.#parts, strings: pageStrings() });
          return;
        case 'tensor':
          await this.#tensor(String(message.name));
          return;
        case 'action':
          await this.#act(message.action);
          return;
        case 'reveal': {
          const { graph } = this.#parts;
          const place = graph && sourceOf(unpack(graph), String(message.module));
          if (place) await showPlaceOf(place);
          return;
        }
        case 'save':
          await saveFromPage(message.name, message.text, vscode.Uri.joinPath(this.#uri, '..'));
          return;
        case 'error':
          this.#rooms.log.error(`${this.#state.name}: ${String(message.message).slice(0, 4000)}`);
      }
    } catch (e) {
      void report(e, this.#rooms.log);
    }
  }

  async #tensor(name: string): Promise<void> {
    const { signal } = this.#abort;
    const file = this.#uri.fsPath;
    try {
      const statistics = await this.#rooms.engine.request('file/tensor', { file, tensor: name }, { signal });
      this.#post({ type: 'tensor', name, statistics });
    } catch (e) {
      if (!isCancelled(e)) this.#post({ type: 'tensor', name, error: messageOf(e) });
    }
  }

  async #act(action: (FromModelFile & { type: 'action' })['action']): Promise<void> {
    const target = this.#target;
    if (action === 'compare') {
      await vscode.commands.executeCommand(commands.compareModels, this.#uri);
      return;
    }
    const command = {
      train: commands.train,
      ask: commands.askModel,
      explain: commands.explain,
      export: commands.exportModel,
    }[action];
    if (target) await vscode.commands.executeCommand(command, target);
  }
}
