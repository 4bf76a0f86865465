/** Asks a language model of the editor to put an explanation in other words, and believes it only if the numbers agree. */
import * as vscode from 'vscode';
import { numbersAgree, rephrasingPrompt } from '../../explain/words/rephrase';
import { VitrineError } from '../../model/errors';
import { language } from '../settings';

const { l10n } = vscode;

/** Tries before it is given up: a model that was told what was wrong mostly mends it. */
const tries = 2;

export async function hasLanguageModel(): Promise<boolean> {
  return (await vscode.lm.selectChatModels()).length > 0;
}

/** @throws VitrineError when there is no model, or none whose numbers agree. */
export async function rephrase(text: string, token: vscode.CancellationToken): Promise<string> {
  const [model] = await vscode.lm.selectChatModels();
  if (!model)
    throw new VitrineError('bad-request', l10n.t('VS Code offers no language model here to rephrase with.'));
  const messages = [vscode.LanguageModelChatMessage.User(`${rephrasingPrompt(language())}\n\n${text}`)];
  let wrong: ReturnType<typeof numbersAgree> | undefined;
  for (let i = 0; i < tries; i++) {
    const response = await model.sendRequest(messages, {}, token);
    let answer = '';
    for await (const part of response.text) answer += part;
    answer = answer.trim();
    wrong = numbersAgree(text, answer);
    if (answer !== '' && wrong.agrees) return answer;
    messages.push(
      vscode.LanguageModelChatMessage.Assistant(answer),
      vscode.LanguageModelChatMessage.User(
        `That changed the numbers. Left out: ${wrong.missing.join(', ') || 'none'}. Made up: ${wrong.added.join(', ') || 'none'}. Rewrite it with exactly the original numbers.`,
      ),
    );
  }
  throw new VitrineError(
    'bad-request',
    l10n.t(
      'The language model changed the numbers ({0}), so its wording is not shown.',
      [...(wrong?.missing ?? []), ...(wrong?.added ?? [])].slice(0, 5).join(', '),
    ),
  );
}
