/** Options of commands that ask a model file as it is, without an experiment. */
import { VitrineError } from '../model/errors';
import { type OpenModel, type OpenModelOptions, openModel } from '../train/open/openModel';
import { type CommandCall, type OptionHelp, textOption } from './command';

export const modelFileOptions: Readonly<Record<string, OptionHelp>> = {
  columns: {
    type: 'string',
    value: 'A,B,…',
    help: "Of a model file: the table's columns that it was trained with, in its order; found by name and number if left out.",
  },
  answer: {
    type: 'string',
    value: 'COLUMN',
    help: 'Of a model file: the column with the true answers.',
  },
  task: {
    type: 'string',
    value: 'T',
    help: 'Of a model file whose output could be either: classes or numbers.',
  },
};

/** The model file that a command names, its inputs filled from the table; says what was assumed. @throws bad-usage */
export async function openedModel(call: CommandCall): Promise<OpenModel> {
  const opened = await openModel(call.arguments[0]!, tableOf(call), modelOptions(call));
  for (const note of opened.notes) call.terminal.message(note);
  return opened;
}

/** @throws bad-usage */
function modelOptions(call: CommandCall): OpenModelOptions {
  const columns = textOption(call, 'columns');
  const answer = textOption(call, 'answer');
  const task = textOption(call, 'task');
  if (task !== undefined && task !== 'classes' && task !== 'numbers')
    throw new VitrineError('bad-usage', `--task is "${task}"; expected classes or numbers.`);
  return {
    distFolder: call.distFolder,
    signal: call.signal,
    ...(columns !== undefined && { columns: columns.split(',').map(c => c.trim()) }),
    ...(answer !== undefined && { answer }),
    ...(task !== undefined && { task }),
  };
}

/** The table that fills the model's inputs. @throws bad-usage */
function tableOf(call: CommandCall): string {
  const input = textOption(call, 'input');
  if (input !== undefined && input !== '-') return input;
  throw new VitrineError(
    'bad-usage',
    'A model file is asked about the rows of a table: give it with --input DATA.csv.',
  );
}
