/**
 * The GPU of VS Code's own page, for the engine: a tab whose page computes in a worker. It stays alive behind other
 * tabs, and says what it does; whoever closes it sends the run to the CPU. It opens when the backend "webview" is wanted.
 */
import * as vscode from 'vscode';
import type { Remote, RemoteAnswer, RemoteCalls, RemoteMethod } from '../engine/executors/remote';
import type { FromGpuPage, ToGpuPage } from './gpuProtocol';
import { gpuType, panelType } from './ids';
import type { Log } from './log';
import { mediaOptions, setPage } from './pageSetup';
import { backend } from './settings';

const { l10n } = vscode;

/** A page that has not said that it is ready by then never will. */
const patience = 30_000;

interface Tab {
  panel: vscode.WebviewPanel;
  ready: Promise<boolean>;
  /** Calls that wait for their answers. */
  waiting: Map<number, (answer: RemoteAnswer) => void>;
  /** Why its page answers no more. */
  broken?: string;
}

export class GpuTab implements Remote, vscode.Disposable {
  #tab: Tab | undefined;
  #calls = 0;
  readonly #extensionUri: vscode.Uri;
  readonly #log: Log;

  constructor(extensionUri: vscode.Uri, log: Log) {
    this.#extensionUri = extensionUri;
    this.#log = log;
  }

  get isOpen(): boolean {
    return this.#tab !== undefined;
  }

  async call<M extends RemoteMethod>(method: M, params: RemoteCalls[M][0]): Promise<RemoteAnswer<M>> {
    if (method === 'open') {
      // Looking for the best backend opens no tab that nobody asked for.
      if (!this.#tab && backend() !== 'webview')
        return {
          refused: l10n.t(
            'its tab is not open; choose "webview" in the setting vitrine.training.backend to open it',
          ),
        };
      // A page that broke answers no more; a new one may.
      if (this.#tab?.broken !== undefined) this.#tab.panel.dispose();
      this.#tab ??= this.#open();
      const opened = this.#tab;
      if (!(await opened.ready)) {
        // It is not kept: whoever asks next gets a page that may start.
        opened.panel.dispose();
        return { refused: opened.broken ?? l10n.t('its page did not start') };
      }
    }
    const tab = this.#tab;
    if (!tab) return { lost: closed() };
    if (tab.broken !== undefined) return { lost: tab.broken };
    const call = ++this.#calls;
    // Where WebGPU misbehaves, WebGL2 may be asked for.
    const given = method === 'open' ? { only: process.env['VITRINE_WEBVIEW'] ?? null } : params;
    return new Promise(resolve => {
      tab.waiting.set(call, answer => resolve(answer as RemoteAnswer<M>));
      this.#post(tab, { type: 'call', call, method, params: given });
    });
  }

  #open(): Tab {
    // Where the panel is, and behind it as soon as that is shown again: what it says is of interest to few.
    const beside = vscode.window.tabGroups.all.find(g =>
      g.tabs.some(t => t.input instanceof vscode.TabInputWebview && t.input.viewType.endsWith(panelType)),
    );
    const front = beside?.activeTab;
    const panel = vscode.window.createWebviewPanel(
      gpuType,
      l10n.t('Vitrine: GPU'),
      { viewColumn: beside?.viewColumn ?? vscode.ViewColumn.Beside, preserveFocus: true },
      { ...mediaOptions(this.#extensionUri), retainContextWhenHidden: true },
    );
    this.#log.info(`The tab of the GPU is opened${front ? ` beside "${front.label}"` : ''}.`);
    let started: (ready: boolean) => void = () => {};
    const ready = new Promise<boolean>(resolve => {
      started = resolve;
      setTimeout(() => resolve(false), patience).unref();
    });
    const tab: Tab = { panel, ready, waiting: new Map() };
    panel.webview.onDidReceiveMessage((m: FromGpuPage) => {
      if (m.type === 'ready') {
        this.#post(tab, { type: 'strings', strings: strings() });
        started(true);
      } else if (m.type === 'reply') {
        const answered = tab.waiting.get(m.call);
        tab.waiting.delete(m.call);
        answered?.(m.answer);
      } else if (m.type === 'broken') {
        this.#log.error(`The GPU's page: ${m.message}`);
        tab.broken = m.message;
        started(false);
        this.#lose(tab, m.message);
      }
    });
    panel.onDidDispose(() => {
      started(false);
      if (this.#tab === tab) this.#tab = undefined;
      this.#lose(tab, closed());
    });
    setPage(panel.webview, this.#extensionUri, 'gpu');
    return tab;
  }

  #lose(tab: Tab, reason: string): void {
    for (const answered of tab.waiting.values()) answered({ lost: reason });
    tab.waiting.clear();
  }

  #post(tab: Tab, message: ToGpuPage): void {
    void tab.panel.webview.postMessage(message);
  }

  dispose(): void {
    this.#tab?.panel.dispose();
  }
}

const closed = () => l10n.t('its tab was closed');

function strings(): Record<string, string> {
  return {
    title: l10n.t('This tab computes for Vitrine on the GPU'),
    waiting: l10n.t('No GPU was asked for yet.'),
    steps: l10n.t('{0} steps so far'),
    hint: l10n.t(
      'It goes on behind other tabs. If you close it, training goes on from its last checkpoint on the CPU.',
    ),
  };
}
