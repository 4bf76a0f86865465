/** Texts that a command is given: with --text, or by a file, a line or a row each. */
import path from 'node:path';
import { readWhole } from '../data/bytes';
import { rawRowsOf, readTableFile } from '../data/table/rawRows';
import { VitrineError } from '../model/errors';
import { listed } from '../model/suggest';
import { type CommandCall, type OptionHelp, textOption } from './command';

export const textOptions = {
  text: { type: 'string', multiple: true, value: 'TEXT', help: 'A text; may be given several times.' },
  column: {
    type: 'string',
    value: 'NAME',
    help: 'Which column of --input holds the text; "text" if left out.',
  },
} satisfies Record<string, OptionHelp>;

/** @throws bad-usage, bad-data, file-not-found */
export async function textsOf(call: CommandCall): Promise<string[]> {
  const given = call.options['text'];
  if (Array.isArray(given)) return given.map(String);
  const input = textOption(call, 'input');
  if (input === undefined)
    throw new VitrineError('bad-usage', 'Which texts? Give --text TEXT, or a file with --input FILE.');
  if (path.extname(input).toLowerCase() === '.txt') {
    const text = new TextDecoder().decode(await readWhole(input));
    return text.split(/\r?\n/).filter(l => l.trim() !== '');
  }
  const named = textOption(call, 'column');
  const rows = rawRowsOf(await readTableFile(input, new Set([named ?? 'text'])));
  const names = Object.keys(rows[0] ?? {});
  const column = named ?? (names.length === 1 ? names[0]! : 'text');
  if (!names.includes(column))
    throw new VitrineError(
      'bad-usage',
      `${input} has no column "${column}". It has ${listed(names)}: say which with --column NAME.`,
    );
  return rows.map(r => String(r[column] ?? ''));
}
