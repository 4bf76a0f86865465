/** One webview panel with our page in it: sets it up, checks what it says, and restores it after a reload. */
import * as vscode from 'vscode';
import { panelType } from '../ids';
import { mediaOptions, setPage } from '../pageSetup';
import type { FromPage, ToPage } from '../panelProtocol';

export interface PageListener {
  onMessage(message: FromPage): void;
  onActive(): void;
  onHidden(): void;
  onClosed(): void;
}

export class Page {
  readonly #panel: vscode.WebviewPanel;

  constructor(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, listener: PageListener) {
    this.#panel = panel;
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'panel-dark.svg'),
    };
    panel.webview.onDidReceiveMessage(m => {
      if (isMessage(m)) listener.onMessage(m);
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) listener.onHidden();
      if (panel.active) listener.onActive();
    });
    panel.onDidDispose(() => listener.onClosed());
    setPage(panel.webview, extensionUri, 'panel');
  }

  get visible(): boolean {
    return this.#panel.visible;
  }

  get active(): boolean {
    return this.#panel.active;
  }

  /** Of its editor group, counted from 1. */
  get column(): number {
    return this.#panel.viewColumn ?? vscode.ViewColumn.One;
  }

  set title(title: string) {
    if (this.#panel.title !== title) this.#panel.title = title;
  }

  post(message: ToPage): void {
    void this.#panel.webview.postMessage(message);
  }

  reveal(keepFocus: boolean): void {
    if (!this.#panel.visible || !keepFocus) this.#panel.reveal(undefined, keepFocus);
  }

  close(): void {
    this.#panel.dispose();
  }
}

export function openPage(
  extensionUri: vscode.Uri,
  viewColumn: vscode.ViewColumn,
  keepFocus: boolean,
): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(
    panelType,
    'Vitrine',
    { viewColumn, preserveFocus: keepFocus },
    mediaOptions(extensionUri),
  );
}

function isMessage(m: unknown): m is FromPage {
  return typeof m === 'object' && m !== null && typeof (m as { type?: unknown }).type === 'string';
}
