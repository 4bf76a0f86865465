/** One webview panel with our page in it: sets it up, checks what it says, and restores it after a reload. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { panelType } from '../ids';
import type { FromPage, ToPage } from '../panelProtocol';
import { pageHtml } from './html';

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
    const media = mediaFolder(extensionUri);
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'panel-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'icons', 'panel-dark.svg'),
    };
    panel.webview.options = { enableScripts: true, localResourceRoots: [media] };
    panel.webview.onDidReceiveMessage(m => {
      if (isMessage(m)) listener.onMessage(m);
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) listener.onHidden();
      if (panel.active) listener.onActive();
    });
    panel.onDidDispose(() => listener.onClosed());
    // Last, so that nothing the page says is missed.
    panel.webview.html = pageHtmlOf(panel.webview, media);
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
    { enableScripts: true, localResourceRoots: [mediaFolder(extensionUri)] },
  );
}

function mediaFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'media');
}

function pageHtmlOf(webview: vscode.Webview, media: vscode.Uri): string {
  return pageHtml({
    script: String(webview.asWebviewUri(vscode.Uri.joinPath(media, 'panel.js'))),
    style: String(webview.asWebviewUri(vscode.Uri.joinPath(media, 'panel.css'))),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
    language: vscode.env.language,
  });
}

function isMessage(m: unknown): m is FromPage {
  return typeof m === 'object' && m !== null && typeof (m as { type?: unknown }).type === 'string';
}
