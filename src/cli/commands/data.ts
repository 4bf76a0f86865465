import path from 'node:path';
import { type DataOverview, overviewOf } from '../../data/overview/overview';
import { paceMeter, paceText } from '../../data/progress';
import { yieldToOthers } from '../../engine/yielding';
import { datasetOf, experimentOf } from '../../train/setup/assemble';
import type { Command } from '../command';
import { experimentFor } from '../experiments';
import { fixedNumber, grouped, tableLines } from '../table';
import type { Terminal } from '../terminal';

const shownColumns = 60;

export const command: Command = {
  name: 'data',
  usage: 'FILE.vitrine.json|MODEL.py [--json]',
  summary: 'Describe an experiment’s data: columns, distributions, balance of the parts, leaks and drift.',
  arguments: [1, 1],
  options: {},
  async run({ arguments: [file], terminal, signal }) {
    const experimentFile = path.resolve(await experimentFor(file!));
    const experiment = await experimentOf(experimentFile);
    const pace = paceMeter();
    const dataset = await datasetOf(experiment, experimentFile, {
      signal,
      onData: p => terminal.progress(`reading data: ${paceText(pace(p))}`),
    });
    const overview = await overviewOf(dataset, yieldToOthers);
    if (terminal.json) terminal.result(overview);
    else show(overview, terminal);
    return true;
  },
};

function show(o: DataOverview, terminal: Terminal): void {
  terminal.print(
    `${terminal.bold(o.name)}  ${grouped(o.rows.train)} training, ${grouped(o.rows.valid)} validation, ${grouped(o.rows.test)} test rows · sample (${o.sampleShape.join(', ')})`,
    '',
    ...tableLines(
      [
        { title: 'Column' },
        { title: 'Kind' },
        { title: 'Missing', align: 'right' },
        { title: 'Distinct', align: 'right' },
        { title: 'Distribution' },
        { title: 'Drift', align: 'right' },
      ],
      o.columns
        .slice(0, shownColumns)
        .map(c => [
          c.role === 'target' ? `${c.name} (target)` : c.name,
          c.kind,
          c.missing > 0 ? grouped(c.missing) : '',
          grouped(c.distinct),
          distribution(c),
          c.drift === undefined ? '' : c.drift.toFixed(2),
        ]),
      t => terminal.bold(t),
    ),
  );
  const more = o.columns.length - shownColumns + o.moreColumns;
  if (more > 0) terminal.print(terminal.dim(`and ${grouped(more)} more columns`));
  for (const note of o.notes) terminal.print(terminal.dim(`note: ${note}`));
  for (const w of o.warnings)
    terminal.print(`${terminal.yellow('warning')} ${w.message} ${terminal.dim(w.code)}`);
}

function distribution({ numbers, histogram, categories }: DataOverview['columns'][number]): string {
  if (numbers && histogram) {
    const counts = histogram.edges
      .slice(1)
      .map((_, i) => histogram.counts.train[i]! + histogram.counts.valid[i]! + histogram.counts.test[i]!);
    const most = Math.max(...counts, 1);
    const bars = counts.map(n => '▁▂▃▄▅▆▇█'[Math.round((7 * n) / most)]).join('');
    return `${bars} ${fixedNumber(numbers.min)} … ${fixedNumber(numbers.median)} … ${fixedNumber(numbers.max)}`;
  }
  if (!categories) return '';
  return categories.names
    .slice(0, 4)
    .map((name, i) => {
      const n = categories.counts.train[i]! + categories.counts.valid[i]! + categories.counts.test[i]!;
      return `${name.slice(0, 24)} ${grouped(n)}`;
    })
    .join(', ');
}
