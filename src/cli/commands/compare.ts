import { runFolderFor } from '../../train/open/openRun';
import { compareRuns } from '../../train/runs/compareRuns';
import type { Command } from '../command';
import { fixedNumber, tableLines } from '../table';

export const command: Command = {
  name: 'compare',
  usage: 'RUN|FILE.vitrine.json RUN|FILE.vitrine.json … [--json]',
  summary: 'Put runs side by side: the settings that differ, and what came of them.',
  arguments: [2, Number.POSITIVE_INFINITY],
  options: {},
  async run({ arguments: names, terminal }) {
    const result = await compareRuns(await Promise.all(names.map(runFolderFor)));
    if (terminal.json) {
      terminal.result(result);
      return true;
    }
    const { runs, settings, notes } = result;
    const metrics = [...new Set(runs.flatMap(r => Object.keys(r.test)))];
    const number = (x: number | undefined) => (x === undefined ? '' : fixedNumber(x));
    terminal.print(
      ...tableLines(
        [{ title: '' }, ...runs.map(r => ({ title: r.run, align: 'right' as const }))],
        [
          ['model', ...runs.map(r => r.model)],
          ['seed', ...runs.map(r => String(r.seed))],
          ['epochs', ...runs.map(r => String(r.epochs))],
          ['seconds', ...runs.map(r => r.seconds.toFixed(1))],
          ...settings.map(s => [s.name, ...s.values.map(v => (v === null ? '' : String(v)))]),
          ...metrics.map(m => [`test ${m}`, ...runs.map(r => number(r.test[m]))]),
        ],
        t => terminal.bold(t),
      ),
      ...notes.flatMap(n => ['', n]),
    );
    return true;
  },
};
