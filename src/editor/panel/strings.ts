/** Translations of what the pages say, from the bundle of the editor's language. */
import * as vscode from 'vscode';
import { namesForPages } from '../../names/names';
import { language } from '../settings';

/** By the keys of media/panel/strings.ts; what is absent stays English. */
export function pageStrings(): Record<string, string> {
  const prefix = 'panel:';
  const words = Object.fromEntries(
    Object.entries(vscode.l10n.bundle ?? {}).flatMap(([key, text]) =>
      key.startsWith(prefix) && typeof text === 'string' ? [[key.slice(prefix.length), text]] : [],
    ),
  );
  return { ...words, ...namesForPages(language()) };
}
