import { milliseconds } from '../../engine/choose';
import { type BackendReport, Engines } from '../../service/process/engines';
import type { Command } from '../command';
import { tableLines } from '../table';

export const command: Command = {
  name: 'backends',
  usage: '[--remembered] [--json]',
  summary: 'What can compute here and how fast, measured now, and what "auto" chose for which model.',
  arguments: [0, 0],
  options: {
    remembered: { type: 'boolean', help: 'Tell what was measured before instead of measuring.' },
    threads: {
      type: 'string',
      value: 'N',
      help: 'How many threads compute on the CPU; one for each core if left out.',
    },
  },
  async run({ terminal, options }) {
    const engines = new Engines(typeof options['threads'] === 'string' ? options['threads'] : undefined);
    try {
      const { backends, base, choices } = await engines.report(options['remembered'] !== true);
      if (terminal.json) {
        terminal.result({ backends, base, choices });
        return true;
      }
      const bold = (t: string) => terminal.bold(t);
      terminal.print(
        ...tableLines(
          [
            { title: 'Backend' },
            { title: 'Product 128' },
            { title: 'Product 512' },
            { title: 'tanh of 16 K' },
            { title: 'tanh of 1 M' },
            { title: 'Runs on', most: 80 },
          ],
          backends.map(b => [b.name, ...figuresOf(b), b.available ? about(b) : 'not there']),
          bold,
        ),
        '',
      );
      for (const b of backends) if (b.reason) terminal.print(`${b.name}: ${b.reason}.`);
      terminal.print(
        '',
        `"auto" is ${base} for steps below a millisecond, and else the fastest by a model's own training step.`,
      );
      for (const c of choices) terminal.print(`${c.model}: ${c.backend}, ${c.why}.`);
      return true;
    } finally {
      await engines.dispose();
    }
  },
};

function figuresOf({ figures }: BackendReport): string[] {
  const product = (size: number) => {
    const f = figures?.product.find(p => p.size === size);
    return f ? `${milliseconds(f.ms)}, ${Number(f.gflops.toPrecision(2))} GFLOP/s` : '';
  };
  const elementwise = (elements: number) => {
    const f = figures?.elementwise.find(e => e.elements === elements);
    return f ? milliseconds(f.ms) : '';
  };
  return [product(128), product(512), elementwise(128 ** 2), elementwise(1024 ** 2)];
}

function about({ executor = '', threads = 1 }: BackendReport): string {
  return threads > 1 ? `${executor}, ${threads} threads` : executor;
}
