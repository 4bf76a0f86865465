import { disparities } from '../../explain/fairness/disparities';
import type { RateId } from '../../explain/fairness/rates';
import type { ClassFairness, Fairness, GroupFairness, Mitigation } from '../../explain/fairness/result';
import { type ConstraintId, constraintIds } from '../../explain/fairness/thresholds';
import { VitrineError } from '../../model/errors';
import { listed, nearest } from '../../model/suggest';
import { assessRun } from '../../service/inquiries/assessRun';
import { Engines } from '../../service/process/engines';
import { type Command, type CommandCall, textOption } from '../command';
import { languageHelp, languageOption } from '../language';
import { eighths, fixedNumber, tableLines, wrapped } from '../table';
import type { Terminal } from '../terminal';

export const command: Command = {
  name: 'fairness',
  usage: 'RUN|FILE.vitrine.json [--by COLUMN[,COLUMN]] [--target CLASS] [--mitigate CRITERION] [--json]',
  summary: 'Compare how a trained run treats groups of people or things, on its test rows.',
  arguments: [1, 1],
  options: {
    by: {
      type: 'string',
      multiple: true,
      value: 'COLUMN',
      help: 'Column to group by; several, separated by commas, are intersected. Default: "sensitive" of the experiment.',
    },
    target: {
      type: 'string',
      short: 't',
      value: 'CLASS',
      help: 'The class that counts as being chosen; the second of two if left out.',
    },
    split: { type: 'string', value: 'SPLIT', help: 'train, valid or test; test if left out.' },
    'min-group': { type: 'string', value: 'N', help: 'Smaller groups are not compared; 10 if left out.' },
    bins: { type: 'string', value: 'N', help: 'Parts of a column of many numbers; 4 if left out.' },
    mitigate: {
      type: 'string',
      value: 'CRITERION',
      help: `Also choose thresholds by group that meet it: ${constraintIds.join(', ')}.`,
    },
    seed: { type: 'string', value: 'S', help: "Of the intervals; the run's seed if left out." },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; that of the run if left out.' },
    language: languageHelp,
  },
  async run(call) {
    const { terminal, signal } = call;
    const by = ((call.options['by'] ?? []) as readonly string[])
      .flatMap(text => text.split(','))
      .map(name => name.trim())
      .filter(name => name !== '');
    const positive = textOption(call, 'target');
    const split = choiceOption(call, 'split', ['train', 'valid', 'test'] as const);
    const mitigate = choiceOption(call, 'mitigate', constraintIds) as ConstraintId | undefined;
    const minGroup = integerOption(call, 'min-group', 1);
    const bins = integerOption(call, 'bins', 2);
    const seed = integerOption(call, 'seed', 0);
    const backend = textOption(call, 'backend');
    const engines = new Engines();
    try {
      const result = await assessRun(
        {
          run: call.arguments[0]!,
          ...languageOption(call),
          ...(by.length > 0 && { by }),
          ...(positive !== undefined && { positive }),
          ...(split && { split }),
          ...(mitigate && { mitigate }),
          ...(minGroup !== undefined && { minGroup }),
          ...(bins !== undefined && { bins }),
          ...(seed !== undefined && { seed }),
        },
        engines.asked(backend),
        { signal, onProgress: done => terminal.progress(`fairness ${Math.round(done * 100)} %`) },
      );
      for (const note of terminal.json ? result.notes : []) terminal.message(note);
      if (terminal.json) terminal.result(result);
      else show(result, terminal);
      return true;
    } finally {
      await engines.dispose();
    }
  },
};

/** @throws bad-usage */
function choiceOption<T extends string>(
  call: CommandCall,
  name: string,
  choices: readonly T[],
): T | undefined {
  const text = textOption(call, name);
  if (text === undefined || (choices as readonly string[]).includes(text)) return text as T | undefined;
  const near = nearest(text, choices);
  throw new VitrineError(
    'bad-usage',
    `--${name} is "${text}".${near ? ` Did you mean "${near}"?` : ''} Expected ${listed(choices)}.`,
  );
}

/** @throws bad-usage */
function integerOption(call: CommandCall, name: string, least: number): number | undefined {
  const text = textOption(call, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) < least)
    throw new VitrineError(
      'bad-usage',
      `--${name} is "${text}"; expected a whole number of at least ${least}.`,
    );
  return Number(text);
}

const columns: readonly { id: RateId; title: string }[] = [
  { id: 'selection_rate', title: 'Selected' },
  { id: 'base_rate', title: 'True' },
  { id: 'accuracy', title: 'Accuracy' },
  { id: 'true_positive_rate', title: 'TPR' },
  { id: 'false_positive_rate', title: 'FPR' },
  { id: 'precision', title: 'Precision' },
];

function show(result: Fairness, terminal: Terminal): void {
  const subject = result.positive ? `who is "${result.positive.name}"` : 'who is told right';
  terminal.print(
    terminal.bold(`Fairness by ${result.by.join(' and ')}: ${subject}, ${result.rows} ${result.split} rows`),
    '',
    ...(result.text ? [...wrapped(result.text, terminal.width), ''] : []),
    ...result.notes.flatMap(note =>
      wrapped(`Note: ${note}`, terminal.width).map(terminal.yellow.bind(terminal)),
    ),
    ...(result.notes.length > 0 ? [''] : []),
  );
  part(result, terminal);
  for (const [name, of] of Object.entries(result.classes ?? {})) {
    terminal.print('', terminal.bold(`"${name}" against the rest`), '');
    part(of, terminal);
  }
  if (result.mitigation) mitigation(result.mitigation, terminal);
  terminal.print('');
}

function part(of: ClassFairness, terminal: Terminal): void {
  const shown = columns.filter(c => of.overall[c.id] !== null || c.id === 'accuracy');
  const line = (name: string, g: GroupFairness) => [
    name,
    `${g.count}${g.compared ? '' : ' !'}`,
    ...shown.map(c => withInterval(g, c.id)),
    ...(g.calibration ? [fixedNumber(g.calibration.expected_calibration_error)] : []),
  ];
  terminal.print(
    ...tableLines(
      [
        { title: 'Group', most: 28 },
        { title: 'Rows', align: 'right' },
        ...shown.map(c => ({ title: c.title, align: 'right' as const })),
        ...(of.overall.calibration ? [{ title: 'Calibr.', align: 'right' as const }] : []),
      ],
      [...Object.entries(of.groups).map(([name, g]) => line(name, g)), line('all', of.overall)],
      t => terminal.bold(t),
    ),
    '',
    ...tableLines(
      [
        { title: 'Criterion' },
        { title: 'Value', align: 'right' },
        { title: '95 % interval', align: 'right' },
        { title: 'Chance', align: 'right' },
        { title: '' },
      ],
      Object.entries(of.metrics).map(([id, value]) => {
        const key = id as keyof typeof disparities;
        const interval = of.intervals[key];
        const chance = of.chance[key];
        return [
          disparities[key].title,
          value === null || value === undefined ? '–' : value.toFixed(3),
          interval ? `${interval[0].toFixed(3)} – ${interval[1].toFixed(3)}` : '',
          chance === undefined ? '' : chance.toFixed(3),
          typeof value === 'number' ? eighths(value * 20) : '',
        ];
      }),
      t => terminal.bold(t),
    ),
  );
}

function withInterval(g: GroupFairness, id: RateId): string {
  const value = g[id];
  if (value === null) return '–';
  const interval = g.intervals[id];
  const half = interval ? ` ±${(((interval[1] - interval[0]) / 2) * 100).toFixed(0)}` : '';
  return `${(value * 100).toFixed(1)} %${half}`;
}

function mitigation(m: Mitigation, terminal: Terminal): void {
  const percent = (x: number) => `${(x * 100).toFixed(1)} %`;
  const rules = Object.entries(m.rules).map(
    ([name, parts]) => [name, parts.filter(p => p.chance >= 0.0005)] as const,
  );
  const answers = new Set(rules.flatMap(([, parts]) => parts.map(p => p.above)));
  const [only] = answers;
  // Every group gets the same answer whatever the model says.
  const constant = answers.size === 1 && typeof only === 'string' ? only : undefined;
  terminal.print(
    '',
    terminal.bold(
      `Thresholds by group for ${m.constraint.replaceAll('_', ' ')}, chosen on the ${{ train: 'training', valid: 'validation', test: 'test' }[m.fitted]} rows`,
    ),
    '',
    ...rules.map(
      ([name, parts]) =>
        `  ${name}: ${parts
          .map(p => {
            const when = typeof p.above === 'number' ? `above ${p.above.toFixed(3)}` : p.above;
            return p.chance > 1 - 1e-9 ? when : `${when} (${percent(p.chance)} of the time)`;
          })
          .join(', ')}`,
    ),
    ...(constant === undefined
      ? []
      : wrapped(
          `Only an answer that is ${constant} given meets it on these rows: all are treated alike, and told nothing. Wider gaps, below, keep more of what the model knows.`,
          terminal.width,
        )),
    '',
    ...tableLines(
      [{ title: '' }, { title: 'Gap', align: 'right' }, { title: 'Accuracy', align: 'right' }, { title: '' }],
      [
        ['as trained', percent(m.before.gap), percent(m.before.accuracy), eighths(m.before.accuracy * 20)],
        ...(m.frontier ?? []).map(f => [
          `gap up to ${percent(f.allowed)}`,
          percent(f.gap),
          percent(f.accuracy),
          eighths(f.accuracy * 20),
        ]),
        ...(m.frontier
          ? []
          : [
              [
                'with thresholds',
                percent(m.after.gap),
                percent(m.after.accuracy),
                eighths(m.after.accuracy * 20),
              ],
            ]),
      ],
      t => terminal.bold(t),
    ),
  );
}
