import { stat } from 'node:fs/promises';
import { openTextEncoder } from '../../formats/huggingface/textModel';
import { VitrineError } from '../../model/errors';
import { Engines } from '../../service/engines';
import { predictFile } from '../../service/predictFile';
import { openRun } from '../../train/openRun';
import { openWeights } from '../../train/openWeights';
import { classifyTexts, fillMasks } from '../../train/textTasks';
import { type Command, type CommandCall, textOption } from '../command';
import { experimentSuffix, isHuggingFace } from '../experiments';
import { fixedNumber, tableLines } from '../table';
import { textOptions, textsOf } from '../texts';

export const command: Command = {
  name: 'predict',
  usage: 'RUN|FILE.vitrine.json|FOLDER --input DATA [--text TEXT…] [--backend B] [--json]',
  summary:
    'Predict the rows of a table with a trained run (of an experiment: its newest finished one, else its model.weights); classify texts, or fill their masks, with a folder that Transformers saved.',
  arguments: [1, 1],
  options: {
    input: {
      type: 'string',
      short: 'i',
      value: 'DATA',
      help: 'A table with the columns that the model was trained on; of a folder, a .txt or a table of texts.',
    },
    ...textOptions,
    top: { type: 'string', value: 'K', help: 'How many words are shown for a mask; 5 if left out.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
  },
  async run(call) {
    const { terminal, signal } = call;
    if (await isHuggingFace(call.arguments[0]!)) return predictTexts(call);
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

async function predictTexts(call: CommandCall): Promise<boolean> {
  const { terminal, distFolder, signal } = call;
  const texts = await textsOf(call);
  const top = Number(textOption(call, 'top') ?? 5);
  if (!Number.isSafeInteger(top) || top < 1)
    throw new VitrineError(
      'bad-usage',
      `--top is "${textOption(call, 'top')}"; expected a whole number from 1.`,
    );
  const encoder = await openTextEncoder(call.arguments[0]!, { distFolder, signal });
  if (encoder.task === 'embed')
    throw new VitrineError(
      'bad-usage',
      `${call.arguments[0]} holds an encoder without a head, which predicts nothing. Its vectors: vitrine embed ${call.arguments[0]}`,
    );
  const engines = new Engines();
  try {
    const engine = await engines.get(textOption(call, 'backend'));
    if (encoder.task === 'classify') {
      const found = await classifyTexts(engine, encoder, texts, signal);
      if (terminal.json) for (const [row, f] of found.entries()) terminal.result({ row, ...f });
      else
        terminal.print(
          ...tableLines(
            [{ title: 'Text', most: 60 }, { title: 'Class' }, { title: 'Probability', align: 'right' }],
            found.map((f, i) => [texts[i]!, f.prediction, fixedNumber(f.probability)]),
            t => terminal.bold(t),
          ),
        );
      return true;
    }
    const found = await fillMasks(engine, encoder, texts, top, signal);
    for (const [row, fills] of found.entries())
      if (terminal.json)
        terminal.result({ row, prediction: fills[0]!.token, probability: fills[0]!.probability, fills });
      else
        terminal.print(
          ...tableLines(
            [{ title: 'Word' }, { title: 'Probability', align: 'right' }, { title: 'Text', most: 70 }],
            fills.map(f => [f.token, fixedNumber(f.probability), f.text]),
            t => terminal.bold(t),
          ),
        );
    return true;
  } finally {
    await engines.dispose();
  }
}

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
