/** The language of sentences: an option of the commands that write some. */
import type { Language } from '../explain/words/words';
import { VitrineError } from '../model/errors';
import { type CommandCall, type OptionHelp, textOption } from './command';

export const languageHelp: OptionHelp = {
  type: 'string',
  value: 'L',
  help: 'Of the sentences: en (the default) or zh.',
};

/** For spreading into a request. @throws bad-usage */
export function languageOption(call: CommandCall): { language?: Language } {
  const given = textOption(call, 'language');
  if (given === undefined) return {};
  if (given === 'en' || given === 'zh') return { language: given };
  throw new VitrineError('bad-usage', `--language is "${given}"; expected en or zh.`);
}
