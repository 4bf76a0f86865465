/** Asks how a language model chooses its tokens. */
import * as vscode from 'vscode';
import { greedy, type Writing } from '../../train/generation/decoding';
import { readWriting, writingNames, writingText } from '../answers/writing';

const { l10n } = vscode;

/** @param last how it was the last time: that stands first, and drawing again gives another text. */
export async function pickWriting(last: Writing | undefined): Promise<Writing | undefined> {
  const seed = last ? last.seed + 1 : 0;
  const drawn: Writing = { ...greedy, temperature: 0.8, topK: 50, seed };
  const usual = [
    { label: l10n.t('The likeliest token each time'), writing: greedy },
    { label: l10n.t('Tokens drawn by their probability'), writing: drawn },
    { label: l10n.t('Beam search: the likeliest of several texts'), writing: { ...greedy, beams: 4 } },
  ];
  const again = last && { ...last, seed: last.temperature > 0 ? seed : last.seed };
  const items = [
    ...(again && !usual.some(u => writingText(u.writing) === writingText(again))
      ? [{ label: l10n.t('As the last time'), writing: again }]
      : []),
    ...usual,
  ].map(i => ({ ...i, description: writingText(i.writing) }));
  const own = {
    label: l10n.t('Values of my own…'),
    description: writingNames.join(', '),
    writing: undefined,
  };
  const picked = await vscode.window.showQuickPick([...items, own], {
    title: l10n.t('How are tokens chosen?'),
    matchOnDescription: true,
  });
  if (!picked || picked.writing) return picked?.writing;
  const text = await vscode.window.showInputBox({
    title: l10n.t('How are tokens chosen?'),
    value: writingText(again ?? drawn),
    prompt: writingNames.join(', '),
    ignoreFocusOut: true,
    validateInput: problemIn,
  });
  const read = text === undefined ? undefined : readWriting(text, greedy);
  return read && !('name' in read) ? read : undefined;
}

function problemIn(text: string): string | undefined {
  const read = readWriting(text, greedy);
  if (!('name' in read)) return undefined;
  if (read.unknown) return l10n.t('There is no "{0}". There are {1}.', read.name, writingNames.join(', '));
  const { least, most, whole } = read.field;
  return whole
    ? l10n.t('{0} is a whole number from {1} to {2}, for example {0}={3}.', read.name, least, most, least)
    : l10n.t(
        '{0} is a number from {1} to {2}, for example {0}={3}.',
        read.name,
        least,
        most,
        Math.min(most, 0.8),
      );
}
