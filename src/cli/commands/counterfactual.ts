import type { CounterfactualResult } from '../../explain/counterfactual/counterfactual';
import { VitrineError } from '../../model/errors';
import { counterfactualRun } from '../../service/inquiries/counterfactualRun';
import { Engines } from '../../service/process/engines';
import { type Command, type CommandCall, textOption } from '../command';
import { languageHelp, languageOption } from '../language';
import { fixedNumber, tableLines, wrapped } from '../table';
import type { Terminal } from '../terminal';

const list = { type: 'string', multiple: true, value: 'COLUMN' } as const;

export const command: Command = {
  name: 'counterfactual',
  usage:
    'RUN|FILE.vitrine.json --row I [--target T] [--fixed a,b] [--increase c] [--decrease d] [--free e] [--json]',
  summary:
    'Tell what would have to be different for another answer: few, small, plausible changes in raw units.',
  arguments: [1, 1],
  options: {
    row: { type: 'string', short: 'r', value: 'I', help: 'Row of the data set, from 0.' },
    target: {
      type: 'string',
      short: 't',
      value: 'T',
      help: 'The wanted class; the runner-up if left out. For numbers a range: ">200", "<100", "100..200".',
    },
    fixed: { ...list, help: 'Columns that stay as they are, separated by commas.' },
    increase: { ...list, help: 'Columns that may only grow, e.g. age.' },
    decrease: { ...list, help: 'Columns that may only fall.' },
    free: {
      ...list,
      help: 'Columns that may change although the experiment lists them as sensitive; those stay else.',
    },
    count: { type: 'string', value: 'N', help: 'How many answers at most; 4 if left out.' },
    seed: { type: 'string', value: 'S', help: "Of the search; the run's seed if left out." },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
    language: languageHelp,
  },
  async run(call) {
    const { terminal, signal } = call;
    const row = wholeOption(call, 'row', 0);
    if (row === undefined)
      throw new VitrineError('bad-usage', 'Which prediction? Give its row with --row I.');
    const target = textOption(call, 'target');
    const count = wholeOption(call, 'count', 1);
    const seed = wholeOption(call, 'seed', 0);
    const backend = textOption(call, 'backend');
    const engines = new Engines();
    try {
      const result = await counterfactualRun(
        {
          run: call.arguments[0]!,
          ...languageOption(call),
          row,
          fixed: names(call, 'fixed'),
          increase: names(call, 'increase'),
          decrease: names(call, 'decrease'),
          free: names(call, 'free'),
          ...(target !== undefined && { target }),
          ...(count !== undefined && { count }),
          ...(seed !== undefined && { seed }),
        },
        engines.asked(backend),
        { signal, onProgress: done => terminal.progress(`counterfactual ${Math.round(done * 100)} %`) },
      );
      if (terminal.json) terminal.result(result);
      else show(result, terminal);
      return result.counterfactuals.length > 0;
    } finally {
      await engines.dispose();
    }
  },
};

function names(call: CommandCall, option: string): string[] {
  return ((call.options[option] ?? []) as readonly string[])
    .flatMap(text => text.split(','))
    .map(name => name.trim())
    .filter(name => name !== '');
}

/** @throws bad-usage */
function wholeOption(call: CommandCall, name: string, least: number): number | undefined {
  const text = textOption(call, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new VitrineError(
      'bad-usage',
      `--${name} is "${text}"; expected a whole number of at least ${least}.`,
    );
  return Number(text);
}

function show(result: CounterfactualResult, terminal: Terminal): void {
  const { counterfactuals: found } = result;
  const sure = (p: CounterfactualResult['prediction']) =>
    `${p.label}${p.probability === undefined ? '' : ` (${(p.probability * 100).toFixed(1)} %)`}`;
  terminal.print(
    terminal.bold(`Row ${result.row}: ${sure(result.prediction)} → ${result.target.name}`),
    '',
    ...wrapped(result.text, terminal.width),
    '',
  );
  // Digits that float32 left behind say nothing.
  const cell = (v: string | number | null) =>
    typeof v === 'number' ? String(Number(v.toPrecision(7))) : (v ?? '–');
  const columns = [...new Set(found.flatMap(c => Object.keys(c.changes)))];
  if (found.length > 0)
    terminal.print(
      ...tableLines(
        [
          { title: 'Column', most: 28 },
          { title: 'Now', align: 'right' },
          ...found.map((_, i) => ({ title: `Way ${i + 1}`, align: 'right' as const })),
        ],
        [
          ...columns.map(name => [
            name,
            cell(found.find(c => name in c.changes)!.changes[name]!.from),
            ...found.map(c => (Object.hasOwn(c.changes, name) ? cell(c.changes[name]!.to) : '·')),
          ]),
          ['→', sure(result.prediction), ...found.map(c => sure(c.prediction))],
          ['distance', '', ...found.map(c => fixedNumber(c.distance))],
          ['plausible', '', ...found.map(c => (c.plausible ? 'yes' : 'no'))],
        ],
        t => terminal.bold(t),
      ),
      '',
    );
  terminal.print(...result.notes.flatMap(n => wrapped(`Note: ${n}`, terminal.width)));
}
