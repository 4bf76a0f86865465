import { stat } from 'node:fs/promises';
import { VitrineError } from '../../model/errors';
import { Engines } from '../../service/engines';
import { predictFile } from '../../service/predictFile';
import { openRun } from '../../train/openRun';
import { openWeights } from '../../train/openWeights';
import { type Command, type CommandCall, textOption } from '../command';
import { experimentSuffix } from '../experiments';
import { fixedNumber, tableLines } from '../table';

export const command: Command = {
  name: 'predict',
  usage: 'RUN|FILE.vitrine.json --input DATA.csv [--backend B] [--json]',
  summary:
    'Predict the rows of a table with a trained run (of an experiment: its newest finished one, else its model.weights).',
  arguments: [1, 1],
  options: {
    input: {
      type: 'string',
      short: 'i',
      value: 'DATA',
      help: 'A table with the columns that the model was trained on.',
    },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
  },
  async run(call) {
    const { terminal, signal } = call;
    const input = textOption(call, 'input');
    if (input === undefined)
      throw new VitrineError('bad-usage', 'Which rows? Give a table with --input DATA.csv.');
    const run = await openedFor(call, call.arguments[0]!);
    const engines = new Engines();
    try {
      const engine = await engines.get(textOption(call, 'backend') ?? run.backend);
      const rows = await predictFile(run, input, engine, signal);
      if (terminal.json) for (const row of rows) terminal.result(row);
      else
        terminal.print(
          ...tableLines(
            [
              { title: 'Row', align: 'right' },
              { title: run.preparation.target.name },
              { title: 'Probability', align: 'right' },
            ],
            rows.map(r => [
              String(r.row),
              valueText(r.prediction),
              r.probability === undefined ? '' : fixedNumber(r.probability),
            ]),
            t => terminal.bold(t),
          ),
        );
      return true;
    } finally {
      await engines.dispose();
    }
  },
};

/** The run, or else the weights that the experiment names. */
async function openedFor(call: CommandCall, where: string) {
  try {
    const run = await openRun(where);
    return { ...run, backend: run.record.backend };
  } catch (e) {
    if (!(e instanceof VitrineError && e.code === 'file-not-found') || !where.endsWith(experimentSuffix))
      throw e;
    const { distFolder, signal } = call;
    const opened = await stat(where).then(
      () => openWeights(where, { distFolder, signal }),
      () => undefined,
    );
    if (!opened) throw e;
    return { ...opened, backend: opened.experiment.backend };
  }
}

function valueText(value: string | number | readonly number[]): string {
  if (typeof value === 'number') return fixedNumber(value);
  return typeof value === 'string' ? value : value.map(fixedNumber).join(', ');
}
