/** What every webview of ours is set up with: one folder that it may read, one script, one style, one policy. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { pageHtml } from './panel/html';

/** The pages of dist/media, each a script and a style of its name. */
export type PageName = 'panel' | 'modelFile' | 'modelDiff' | 'gpu';

export function mediaOptions(extensionUri: vscode.Uri): vscode.WebviewOptions {
  return { enableScripts: true, localResourceRoots: [mediaFolder(extensionUri)] };
}

/** Puts a page into a webview. Listen to it first, so that nothing it says is missed. */
export function setPage(webview: vscode.Webview, extensionUri: vscode.Uri, name: PageName): void {
  const folder = mediaFolder(extensionUri).fsPath;
  webview.options = mediaOptions(extensionUri);
  webview.html = pageHtml({
    script: textOf(path.join(folder, `${name}.js`)),
    style: textOf(path.join(folder, `${name}.css`)),
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64'),
    language: vscode.env.language,
  });
}

/** Of the files of the extension, which do not change while it runs. */
const texts = new Map<string, string>();

function textOf(file: string): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = readFileSync(file, 'utf8');
    texts.set(file, text);
  }
  return text;
}

function mediaFolder(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'media');
}
