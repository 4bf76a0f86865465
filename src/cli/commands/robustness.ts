import { VitrineError } from '../../model/errors';
import { robustnessRun } from '../../service/inquiries/robustnessRun';
import { Engines } from '../../service/process/engines';
import { type Command, textOption } from '../command';
import { eighths, tableLines, wrapped } from '../table';

export const command: Command = {
  name: 'robustness',
  usage: 'RUN|FILE.vitrine.json [--attack pgd|fgsm] [--epsilon E[,E]] [--row I] [--json]',
  summary: 'Tell how little a trained run’s inputs must be disturbed to mislead it (FGSM, PGD).',
  arguments: [1, 1],
  options: {
    attack: { type: 'string', value: 'A', help: 'pgd (many small steps; the default) or fgsm (one step).' },
    epsilon: {
      type: 'string',
      value: 'E',
      help: 'Largest change of an entry in prepared units, or several, separated by commas.',
    },
    row: { type: 'string', short: 'r', value: 'I', help: 'One row instead of the test rows.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
  },
  async run(call) {
    const { terminal, signal } = call;
    const attack = textOption(call, 'attack') ?? 'pgd';
    if (attack !== 'pgd' && attack !== 'fgsm')
      throw new VitrineError('bad-usage', `--attack is "${attack}"; expected "pgd" or "fgsm".`);
    const row = textOption(call, 'row');
    if (row !== undefined && !/^\d{1,9}$/.test(row))
      throw new VitrineError('bad-usage', `--row is "${row}"; expected a number from 0.`);
    const epsilons = textOption(call, 'epsilon')?.split(',').map(Number);
    const backend = textOption(call, 'backend');
    const engines = new Engines();
    try {
      const result = await robustnessRun(
        {
          run: call.arguments[0]!,
          attack,
          ...(row !== undefined && { row: Number(row) }),
          ...(epsilons && { epsilons }),
        },
        engines.asked(backend),
        { signal, onProgress: done => terminal.progress(`${attack} ${Math.round(done * 100)} %`) },
      );
      if (terminal.json) terminal.result(result);
      else
        terminal.print(
          terminal.bold(
            `Robustness against ${attack}: ${result.row === null ? `${result.rows} test rows` : `row ${result.row}`}`,
          ),
          '',
          ...wrapped(result.text, terminal.width),
          '',
          ...tableLines(
            [{ title: 'Change', align: 'right' }, { title: 'Right', align: 'right' }, { title: '' }],
            [{ epsilon: 0, accuracy: result.accuracy }, ...result.points].map(p => [
              String(p.epsilon),
              `${(p.accuracy * 100).toFixed(1)} %`,
              eighths(p.accuracy * 30),
            ]),
            t => terminal.bold(t),
          ),
          '',
        );
      return true;
    } finally {
      await engines.dispose();
    }
  },
};
