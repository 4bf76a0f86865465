import { VitrineError } from '../../model/errors';
import { filmstrip } from '../../service/inquiries/filmstrip';
import { Engines } from '../../service/process/engines';
import { type Command, textOption } from '../command';
import { languageHelp, languageOption } from '../language';
import { tableLines } from '../table';

export const command: Command = {
  name: 'filmstrip',
  usage: 'RUN|FILE.vitrine.json --row I [--method M] [--json]',
  summary: 'Show how the answer for one row, and the reasons for it, came about over the training.',
  arguments: [1, 1],
  options: {
    row: { type: 'string', short: 'r', value: 'I', help: 'Row of the data set, counted from 0.' },
    method: { type: 'string', short: 'm', value: 'M', help: 'Method; integrated_gradients if left out.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
    language: languageHelp,
  },
  async run(call) {
    const { terminal, signal } = call;
    const row = textOption(call, 'row');
    if (row === undefined || !/^\d{1,9}$/.test(row))
      throw new VitrineError('bad-usage', `--row is "${row ?? ''}"; expected a number from 0.`);
    const backend = textOption(call, 'backend');
    const engines = new Engines();
    try {
      const strip = await filmstrip(
        {
          run: call.arguments[0]!,
          row: Number(row),
          method: textOption(call, 'method') ?? 'integrated_gradients',
          ...languageOption(call),
        },
        engines.asked(backend),
        { signal, onProgress: done => terminal.progress(`filmstrip ${Math.round(done * 100)} %`) },
      );
      if (terminal.json) {
        terminal.result(strip);
        return true;
      }
      const strongest = (a: (typeof strip.frames)[number]['attribution']) => {
        const at = a.values.reduce((b, v, i) => (Math.abs(v) > Math.abs(a.values[b]!) ? i : b), 0);
        return `${a.names?.[at] ?? `entry ${at}`} ${a.values[at]!.toPrecision(3)}`;
      };
      terminal.print(
        terminal.bold(`${strip.method}: why ${strip.target.name}, row ${strip.row}`),
        '',
        ...tableLines(
          [
            { title: 'Epoch', align: 'right' },
            { title: 'Says' },
            { title: strip.target.name, align: 'right' },
            { title: 'Strongest' },
            { title: 'Trust', align: 'right' },
          ],
          strip.frames.map(f => [
            String(f.epoch),
            f.prediction.label,
            f.prediction.probabilities
              ? `${(100 * f.prediction.probabilities[strip.target.index]!).toFixed(1)} %`
              : f.prediction.output.map(x => x.toPrecision(4)).join(', '),
            strongest(f.attribution),
            f.trust.score.toFixed(2),
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
