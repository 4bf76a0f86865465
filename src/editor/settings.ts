/** The user's settings, read where they are used: no value is kept, so that a change holds at once. */
import * as vscode from 'vscode';
import type { Language } from '../explain/words/words';
import { section, settings } from './ids';

type Name = keyof typeof settings;

export function enabled(name: Name, scope?: vscode.ConfigurationScope): boolean {
  return vscode.workspace.getConfiguration(section, scope).get<boolean>(settings[name], true);
}

export function readDelay(): number {
  const delay = vscode.workspace.getConfiguration(section).get<number>(settings.delay, 300);
  return Math.min(5000, Math.max(50, delay));
}

/** The backend that the user wants, undefined to let the engine choose. */
export function backend(scope?: vscode.ConfigurationScope): string | undefined {
  const name = vscode.workspace.getConfiguration(section, scope).get<string>(settings.backend, 'auto');
  return name === 'auto' ? undefined : name;
}

/** How many threads compute; 0 lets the engine choose. */
export function threads(): number {
  const count = vscode.workspace.getConfiguration(section).get<number>(settings.threads, 0);
  return Number.isInteger(count) && count >= 0 ? count : 0;
}

/** The language of sentences that the engine process writes: the editor's, where there is a table for it. */
export function language(): Language {
  return vscode.env.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export function onSettingChange(names: readonly Name[], listener: () => void): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration(e => {
    if (names.some(n => e.affectsConfiguration(`${section}.${settings[n]}`))) listener();
  });
}
