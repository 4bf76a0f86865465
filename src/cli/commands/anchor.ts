import { VitrineError } from '../../model/errors';
import { anchorRun } from '../../service/inquiries/anchorRun';
import { Engines } from '../../service/process/engines';
import { type Command, textOption } from '../command';
import { languageHelp, languageOption } from '../language';
import { wrapped } from '../table';

export const command: Command = {
  name: 'anchor',
  usage: 'RUN|FILE.vitrine.json --row I [--precision P] [--json]',
  summary:
    'Tell a rule that holds a prediction where it is, whatever else changes, with its precision and coverage.',
  arguments: [1, 1],
  options: {
    row: { type: 'string', short: 'r', value: 'I', help: 'Row of the data set, from 0.' },
    precision: {
      type: 'string',
      value: 'P',
      help: 'Share of rows under the rule that must get the same answer; 0.95 if left out.',
    },
    seed: { type: 'string', value: 'S', help: "Of the search; the run's seed if left out." },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
    language: languageHelp,
  },
  async run(call) {
    const { terminal, signal } = call;
    const row = textOption(call, 'row');
    if (row === undefined || !/^\d{1,9}$/.test(row))
      throw new VitrineError('bad-usage', 'Which prediction? Give its row with --row I, a number from 0.');
    const precision = Number(textOption(call, 'precision') ?? 0.95);
    if (!(precision > 0 && precision < 1))
      throw new VitrineError(
        'bad-usage',
        `--precision is "${textOption(call, 'precision')}"; expected a number between 0 and 1.`,
      );
    const seed = textOption(call, 'seed');
    if (seed !== undefined && !/^\d{1,9}$/.test(seed))
      throw new VitrineError('bad-usage', `--seed is "${seed}"; expected a number from 0.`);
    const backend = textOption(call, 'backend');
    const engines = new Engines();
    try {
      const anchor = await anchorRun(
        {
          run: call.arguments[0]!,
          ...languageOption(call),
          row: Number(row),
          precision,
          ...(seed !== undefined && { seed: Number(seed) }),
        },
        engines.asked(backend),
        { signal, onProgress: done => terminal.progress(`anchor ${Math.round(done * 100)} %`) },
      );
      const percent = (x: number) => `${(x * 100).toFixed(1)} %`;
      if (terminal.json) terminal.result(anchor);
      else
        terminal.print(
          terminal.bold(`Row ${row}: why "${anchor.prediction.label}" stays`),
          '',
          ...wrapped(anchor.text, terminal.width),
          '',
          ...anchor.conditions.map((c, i) => `  ${i === 0 ? 'if ' : 'and'} ${c.text}`),
          '',
          `Precision ${percent(anchor.precision)} (${percent(anchor.interval[0])} – ${percent(anchor.interval[1])}), coverage ${percent(anchor.coverage)}`,
          '',
        );
      return true;
    } finally {
      await engines.dispose();
    }
  },
};
