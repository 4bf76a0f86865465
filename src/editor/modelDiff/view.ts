/** Comparisons of two models, each in a page of its own. */
import path from 'node:path';
import * as vscode from 'vscode';
import { diffType } from '../ids';
import { setPage } from '../pageSetup';
import { pageStrings } from '../panel/strings';
import { folderOf } from '../place';
import { isCancelled, messageOf, report, showPlaceOf } from '../problems';
import type { Rooms } from '../rooms';
import { mustBeTrusted } from '../trust';
import type { DiffRequest, FromModelDiff, ModelDiffState } from './protocol';

const { l10n } = vscode;
/** Texts of models, for VS Code's own editor of differences. */
const scheme = 'vitrine-model';

type Needs = Pick<Rooms, 'context' | 'engine' | 'log' | 'experiments'>;

export class ModelDiffs implements vscode.Disposable, vscode.TextDocumentContentProvider {
  readonly #needs: Needs;
  readonly #texts = new Map<string, string>();
  readonly #disposables: vscode.Disposable[];
  #counter = 0;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#disposables = [
      vscode.workspace.registerTextDocumentContentProvider(scheme, this),
      vscode.window.registerWebviewPanelSerializer(diffType, {
        deserializeWebviewPanel: async (panel, state) => {
          const request = (state as { request?: DiffRequest } | undefined)?.request;
          if (isRequest(request)) this.#attach(panel, request);
          else panel.dispose();
        },
      }),
      vscode.workspace.onDidCloseTextDocument(d => {
        if (d.uri.scheme === scheme) this.#texts.delete(d.uri.toString());
      }),
    ];
  }

  open(request: DiffRequest): void {
    this.#attach(
      vscode.window.createWebviewPanel(diffType, '', vscode.ViewColumn.Active, { enableFindWidget: true }),
      request,
    );
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  async showTexts({ found, request }: ModelDiffState): Promise<void> {
    if (!found) return;
    const n = ++this.#counter;
    const uris = (['before', 'after'] as const).map(side => {
      const uri = vscode.Uri.from({ scheme, path: `/${n}/${side}/${found.models[side].name}.txt` });
      this.#texts.set(uri.toString(), found.texts[side]);
      return uri;
    });
    await vscode.commands.executeCommand('vscode.diff', uris[0], uris[1], titleOf(request));
  }

  #attach(panel: vscode.WebviewPanel, request: DiffRequest): void {
    new ModelDiffPage(panel, request, this, this.#needs);
  }

  dispose(): void {
    vscode.Disposable.from(...this.#disposables).dispose();
  }
}

class ModelDiffPage {
  readonly #panel: vscode.WebviewPanel;
  readonly #diffs: ModelDiffs;
  readonly #needs: Needs;
  #state: ModelDiffState;
  #abort = new AbortController();

  constructor(panel: vscode.WebviewPanel, request: DiffRequest, diffs: ModelDiffs, needs: Needs) {
    this.#panel = panel;
    this.#diffs = diffs;
    this.#needs = needs;
    this.#state = { request, busy: true };
    const { webview } = panel;
    const listening = webview.onDidReceiveMessage(m => void this.#take(m as FromModelDiff));
    panel.onDidDispose(() => {
      this.#abort.abort();
      listening.dispose();
    });
    setPage(webview, needs.context.extensionUri, 'modelDiff');
    void this.#compare();
  }

  async #compare(): Promise<void> {
    this.#abort.abort();
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const { request } = this.#state;
    this.#panel.title = titleOf(request);
    this.#update({ request, busy: true });
    try {
      const found = await this.#needs.engine.request('model/diff', request, { signal });
      this.#update({ request, busy: false, found });
    } catch (e) {
      if (isCancelled(e)) return;
      this.#needs.log.warn(e instanceof Error ? (e.stack ?? e.message) : String(e));
      this.#update({ request, busy: false, error: messageOf(e) });
    }
  }

  /** Asks on which experiment's data, and shows what the two predict differently. */
  async #predict(): Promise<void> {
    mustBeTrusted('model/flips');
    const known = await this.#needs.experiments.all();
    const picked = await vscode.window.showQuickPick(
      known.map(e => ({
        label: path.basename(e.file),
        description: folderOf(e.file),
        experiment: e.file,
      })),
      { title: l10n.t('On the data of which experiment?'), matchOnDescription: true },
    );
    if (!picked) return;
    const { signal } = this.#abort;
    const show = (predictions: NonNullable<ModelDiffState['predictions']>) =>
      this.#update({ ...this.#state, predictions: { on: picked.label, ...predictions } });
    show({ busy: true });
    try {
      const found = await this.#needs.engine.request(
        'model/flips',
        { ...this.#state.request, experiment: picked.experiment },
        { signal },
      );
      show({ busy: false, found });
    } catch (e) {
      if (!isCancelled(e)) show({ busy: false, error: messageOf(e) });
    }
  }

  #update(state: ModelDiffState): void {
    this.#state = state;
    void this.#panel.webview.postMessage({ type: 'state', state, strings: pageStrings() });
  }

  async #take(message: FromModelDiff): Promise<void> {
    try {
      switch (message.type) {
        case 'ready':
          this.#update(this.#state);
          return;
        case 'text':
          await this.#diffs.showTexts(this.#state);
          return;
        case 'swap': {
          const { before, after } = this.#state.request;
          this.#state = { ...this.#state, request: { before: after, after: before } };
          await this.#compare();
          return;
        }
        case 'again':
          await this.#compare();
          return;
        case 'predict':
          await this.#predict();
          return;
        case 'reveal': {
          const layer = this.#state.found?.diff.layers.find(l => l[message.side]?.path === message.path);
          const place = layer?.[message.side]?.definition;
          // What git had is not on the disk.
          if (place && this.#state.request[message.side].revision === undefined) await showPlaceOf(place);
          return;
        }
        case 'error':
          this.#needs.log.error(`compare: ${String(message.message).slice(0, 4000)}`);
      }
    } catch (e) {
      void report(e, this.#needs.log);
    }
  }
}

function titleOf({ before, after }: DiffRequest): string {
  return l10n.t('{0} ↔ {1}', before.label, after.label);
}

function isRequest(x: DiffRequest | undefined): x is DiffRequest {
  const side = (s: unknown) =>
    typeof s === 'object' &&
    s !== null &&
    typeof (s as { file?: unknown }).file === 'string' &&
    typeof (s as { label?: unknown }).label === 'string';
  return x !== undefined && side(x.before) && side(x.after);
}
