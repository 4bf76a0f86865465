/**
 * Give Values: asks once for what a model's file does not tell (constructor arguments, examples for what comes from
 * elsewhere, the input's shape) and keeps the answers in the experiment file, from where everything reads them.
 */
import path from 'node:path';
import * as vscode from 'vscode';
import {
  answerOf,
  experimentNames,
  type ModelAnswers,
  typedAnswer,
  withAnswers,
} from '../../formats/experiment/answers';
import type { Ask } from '../../model/graph';
import { exists } from '../exists';
import { replaceText } from '../replaceText';
import type { Rooms } from '../rooms';
import { mustBeTrusted } from '../trust';
import { classOf, targetOf } from './targets';

const { l10n } = vscode;

/** What a quick fix or a CodeLens hands over. */
export interface GiveValues {
  file: string;
  class: string;
  ask?: Ask;
}

export async function giveValues(argument: unknown, rooms: Rooms): Promise<void> {
  mustBeTrusted('model/read', { file: '.py' });
  const target = await targetOf(argument, rooms);
  const model = target && (await classOf(target));
  if (!model) return;
  // Python's grammar is not loaded before somebody types.
  const { isExpression } = await import('../../formats/pytorch/source');
  const known = (await rooms.experiments.of(model.file, model.class)).find(e => e.model?.class);
  const ask = askOf(argument) ?? (await asked(model, rooms));
  const given: Record<string, unknown> = {};
  const before = known?.model?.arguments ?? {};
  const names = ask?.arguments?.length ? ask.arguments : ask?.input ? [] : Object.keys(before);
  const wantsInput = ask?.input === true || names.length === 0;
  const steps = names.length + (wantsInput ? 1 : 0);
  for (const [i, name] of names.entries()) {
    const value = await vscode.window.showInputBox({
      title: l10n.t('{0} of {1} ({2} of {3})', name, model.class, i + 1, steps),
      prompt: l10n.t('A number, a text in quotes, a list, or an expression of the file such as BasicBlock.'),
      placeHolder: l10n.t('e.g. 10, "relu", [64, 128]'),
      value: Object.hasOwn(before, name) ? typedAnswer(before[name]) : '',
      ignoreFocusOut: true,
      validateInput: text =>
        !text.trim()
          ? l10n.t('A value is needed to read the model.')
          : isExpression(text.trim())
            ? undefined
            : l10n.t('This is no value yet: is a bracket or a quote missing?'),
    });
    if (value === undefined) return;
    given[name] = answerOf(value);
  }
  const input = wantsInput ? await askInput(model.class, known?.model?.input, steps) : undefined;
  if (wantsInput && !input) return;
  await keep(model, { ...(names.length > 0 && { arguments: given }), ...(input && { input }) }, known?.file);
}

async function askInput(
  name: string,
  before: readonly number[] | undefined,
  steps: number,
): Promise<number[] | undefined> {
  const sizes = (text: string) =>
    text
      .split(/[x×,\s[\]]+/)
      .filter(Boolean)
      .map(Number);
  const valid = (s: number[]) => s.length > 0 && s.every(n => Number.isSafeInteger(n) && n > 0);
  const typed = await vscode.window.showInputBox({
    title: l10n.t('Input of {0} ({1} of {2})', name, steps, steps),
    prompt: l10n.t(
      'The shape of one sample, without the batch: channels, height and width of an image; steps and features of a sequence.',
    ),
    placeHolder: l10n.t('e.g. 3x224x224'),
    value: before?.join('x') ?? '',
    ignoreFocusOut: true,
    validateInput: text =>
      valid(sizes(text)) ? undefined : l10n.t('Sizes like 1x28x28 are expected: whole numbers above 0.'),
  });
  return typed === undefined ? undefined : sizes(typed);
}

/** What the newest reading asks of the class. */
async function asked(model: { file: string; class: string }, rooms: Rooms): Promise<Ask | undefined> {
  const read = await rooms.models.readClass(vscode.Uri.file(model.file), model.class);
  return read?.diagnostics.find(d => d.ask)?.ask;
}

function askOf(argument: unknown): Ask | undefined {
  const { ask } = (typeof argument === 'object' && argument !== null ? argument : {}) as { ask?: Ask };
  return ask && typeof ask === 'object' ? ask : undefined;
}

/** Writes answers to the experiment file, through its editor where it is open, so that nothing typed there is lost. */
async function keep(
  model: { file: string; class: string },
  answers: ModelAnswers,
  experiment: string | undefined,
): Promise<void> {
  const uri = vscode.Uri.file(experiment ?? (await freeName(model)));
  const document = experiment ? await vscode.workspace.openTextDocument(uri) : undefined;
  const text = withAnswers(document?.getText(), uri.fsPath, model, answers);
  if (document) await replaceText(document, text);
  else await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  const open = l10n.t('Open');
  const said = l10n.t(
    'Kept in {0}: {1} is read with it from now on.',
    path.basename(uri.fsPath),
    model.class,
  );
  void vscode.window.showInformationMessage(said, open).then(picked => {
    if (picked === open) void vscode.window.showTextDocument(uri);
  });
}

async function freeName(model: { file: string; class: string }): Promise<string> {
  const names = experimentNames(model.file, model.class);
  for (const name of names) if (!(await exists(vscode.Uri.file(name)))) return name;
  return names.at(-1)!.replace(/\.vitrine\.json$/, `-${Date.now()}.vitrine.json`);
}
