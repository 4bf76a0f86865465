import { datasetKinds } from '../../data/load';
import { formats } from '../../formats/_registry';
import type { Command } from '../command';
import { tableLines } from '../table';

export const command: Command = {
  name: 'formats',
  usage: '[--json]',
  summary: 'List the files that are read: models and data.',
  arguments: [0, 0],
  options: {},
  async run({ terminal }) {
    const models = formats.map(({ id, name, extensions }) => ({ id, name, extensions }));
    const data = datasetKinds.map(({ id, title, extensions }) => ({ id, name: title, extensions }));
    if (terminal.json) {
      terminal.result({ models, data });
      return true;
    }
    terminal.print(
      ...tableLines(
        [{ title: 'For' }, { title: 'Format' }, { title: 'Id' }, { title: 'Extensions' }],
        [
          ...models.map(f => ['models', f.name, f.id, f.extensions.join(' ')]),
          ...data.map(f => ['data', f.name, f.id, f.extensions.join(' ')]),
        ],
        t => terminal.bold(t),
      ),
    );
    return true;
  },
};
