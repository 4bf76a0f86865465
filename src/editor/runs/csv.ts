/** The curves of a run as a table that every spreadsheet reads. */
import { historyOf } from '../../train/runs/history';
import type { RunEvent } from '../../train/runs/run';

/** A line an epoch; a value that was not measured is empty. Numbers with a point, whatever the language. */
export function metricsCsv(events: readonly RunEvent[]): string {
  const { epochs, metrics } = historyOf(events);
  const names = ['loss', ...metrics];
  const columns = (['train', 'valid'] as const).flatMap(split => names.map(name => ({ split, name })));
  const used = columns.filter(c => epochs.some(e => e[c.split][c.name] !== undefined));
  const head = ['epoch', 'step', 'seconds', ...used.map(c => `${c.split}_${c.name}`)];
  const lines = epochs.map(e => [e.epoch, e.step, e.seconds, ...used.map(c => e[c.split][c.name] ?? '')]);
  return `${[head, ...lines].map(l => l.map(quoted).join(',')).join('\n')}\n`;
}

function quoted(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
