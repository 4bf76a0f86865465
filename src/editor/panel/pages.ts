/** The pages that show the desk: one, or several in editor groups side by side, each with a view of its own. */
import * as vscode from 'vscode';
import { panelType } from '../ids';
import type { FromPage, PanelView } from '../panelProtocol';
import type { Desk } from './desk';
import type { Outbox } from './outbox';
import { openPage, Page } from './page';
import { pageStrings } from './strings';

const { l10n } = vscode;

const views: readonly PanelView[] = ['architecture', 'training', 'data', 'explain'];

export interface PagesListener {
  onMessage(message: FromPage, outbox: Outbox): void;
  /** The last page was closed. */
  onEmpty(): void;
  /** Pages come back after a reload. */
  onRestored(): Promise<void>;
}

export class Pages implements vscode.Disposable {
  readonly #desk: Desk;
  readonly #extensionUri: vscode.Uri;
  readonly #listener: PagesListener;
  readonly #pages = new Map<Page, Outbox>();
  readonly #serializer: vscode.Disposable;

  constructor(desk: Desk, extensionUri: vscode.Uri, listener: PagesListener) {
    this.#desk = desk;
    this.#extensionUri = extensionUri;
    this.#listener = listener;
    this.#serializer = vscode.window.registerWebviewPanelSerializer(panelType, {
      deserializeWebviewPanel: async (panel, state) => {
        this.#attach(panel, viewIn(state));
        await listener.onRestored();
      },
    });
  }

  get visible(): boolean {
    return [...this.#pages.keys()].some(p => p.visible);
  }

  /** Opens a page beside the editor, or brings the one that is worked with to the front. */
  open(keepFocus: boolean): void {
    const front = this.#front();
    if (front) front.reveal(keepFocus);
    else this.#attach(openPage(this.#extensionUri, vscode.ViewColumn.Beside, keepFocus));
  }

  /**
   * Moves a view to an editor group of its own.
   *
   * @param here what the page that stays behind shows from now on.
   * @returns what it does show; undefined where there is no page yet.
   */
  openToSide(view: PanelView, here?: PanelView): PanelView | undefined {
    const front = this.#front();
    if (!front) return undefined;
    const outbox = this.#pages.get(front)!;
    const rest =
      [here, outbox.previous].find(v => v !== undefined && v !== view) ??
      (view === 'architecture' ? 'training' : 'architecture');
    this.#attach(openPage(this.#extensionUri, front.column + 1, true), view);
    outbox.view = rest;
    this.name();
    return rest;
  }

  /** Titles follow the model; several pages are told apart by their view. */
  name(): void {
    const { model } = this.#desk.state;
    const title = model ? `Vitrine: ${model.name}` : 'Vitrine';
    for (const [page, { view }] of this.#pages)
      page.title = this.#pages.size > 1 ? `${title} · ${viewTitle(view)}` : title;
  }

  /** The views that are shown. */
  get shown(): PanelView[] {
    return views.filter(view => this.#desk.shows(view));
  }

  /** The page that is worked with: the active one, else one that is seen, else any. */
  #front(): Page | undefined {
    const pages = [...this.#pages.keys()];
    return pages.find(p => p.active) ?? pages.find(p => p.visible) ?? pages.at(-1);
  }

  #attach(panel: vscode.WebviewPanel, view?: PanelView): void {
    let page: Page;
    const outbox = this.#desk.join(
      {
        post: m => page.post(m),
        later: (callback, ms) => {
          const timer = setTimeout(callback, ms);
          return () => clearTimeout(timer);
        },
        strings: pageStrings,
      },
      view,
    );
    page = new Page(panel, this.#extensionUri, {
      onMessage: m => this.#listener.onMessage(m, outbox),
      onActive: () => {
        this.#desk.front = outbox;
      },
      onHidden: () => outbox.hidden(),
      onClosed: () => {
        this.#pages.delete(page);
        if (this.#pages.size === 0) this.#listener.onEmpty();
        this.#desk.leave(outbox);
        this.name();
      },
    });
    this.#pages.set(page, outbox);
    this.name();
  }

  dispose(): void {
    this.#serializer.dispose();
    for (const page of [...this.#pages.keys()]) page.close();
  }
}

function viewTitle(view: PanelView): string {
  switch (view) {
    case 'architecture':
      return l10n.t('Architecture');
    case 'training':
      return l10n.t('Training');
    case 'data':
      return l10n.t('Data');
    case 'explain':
      return l10n.t('Explain');
  }
}

/** The view that a page remembered. */
function viewIn(state: unknown): PanelView | undefined {
  const view = (state as { view?: unknown } | undefined)?.view;
  return views.find(v => v === view);
}
