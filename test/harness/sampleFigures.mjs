/**
 * node test/harness/sampleFigures.mjs [--check]: what the shipped runs of the samples reached beside what the authorities reach
 * with the same model and data, as the table of media/samples/README.md. With --check nothing is written: it fails where the
 * table or a sample's own README says another figure, or a figure is more than one point worse than what the authority reaches
 * from Vitrine's first weights and order (without such a figure, than its worst).
 */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, samples } from './paths.mjs';

const reference = name =>
  JSON.parse(fs.readFileSync(path.join(root, 'test/reference', `${name}.json`), 'utf8'));
const plain = reference('data_samples_train');
const text = reference('data_text_train');
const columns = reference('samples_columns_train');
const media = reference('samples_media_train');
const more = reference('samples_more_train');
const fixed = value => ({ min: value, mean: value, max: value });

/** Sample, experiment, figure in words, the metric, PyTorch's (or another authority's) figures, how they were made. */
const rows = [
  ...['linear-regression', 'net', 'iris', 'breast-cancer', 'digits'].map(name => {
    const { metric } = plain[name];
    return [name, undefined, metric === 'loss' ? 'test loss' : 'accuracy', metric, plain[name], 10];
  }),
  ['triage', undefined, 'accuracy', 'accuracy', more['triage/triage'].accuracy, 5],
  ['sentiment', undefined, 'accuracy', 'accuracy', text.sentiment.accuracy, 5],
  ['char-gpt', undefined, 'token accuracy', 'accuracy', text['char-gpt'].accuracy, 5],
  ...[
    ['exact match', 'exact_match'],
    ['BLEU', 'bleu'],
  ].map(([words, metric]) => [
    'translation',
    undefined,
    words,
    metric,
    reference('samples_translation_train')[metric],
    3,
  ]),
  ['next-item', undefined, 'next item', 'accuracy', reference('samples_sessions_train').accuracy, 5],
  ...[
    ['mAP at 0.5', 'map_50'],
    ['mAP, 0.5 to 0.95', 'map'],
  ].map(([words, metric]) => [
    'detection',
    undefined,
    words,
    metric,
    reference('samples_detection_train').trained[metric],
    5,
  ]),
  ['multimodal', undefined, 'accuracy', 'accuracy', columns['multimodal/multimodal'].accuracy, 5],
  ['recommendation', 'recommendation', 'RMSE', 'rmse', columns['recommendation/recommendation'].rmse, 5],
  ['recommendation', 'matrix', 'RMSE', 'rmse', columns['recommendation/matrix'].rmse, 5],
  ['video-motion', undefined, 'accuracy', 'accuracy', media['video-motion/motion'].accuracy, 5],
  [
    'speech-recognition',
    undefined,
    'symbol error rate',
    'symbol_error_rate',
    media['speech-recognition/speech'].symbol_error_rate,
    5,
  ],
  ['speech-synthesis', undefined, 'test loss', 'loss', media['speech-synthesis/voice'].loss, 5],
  ['cartpole', 'cartpole', 'mean return, PPO', 'mean_return', more['cartpole/cartpole'].mean_return, 3],
  ['cartpole', 'q', 'mean return, DQN', 'mean_return', more['cartpole/q'].mean_return, 5],
  [
    'grid-world',
    undefined,
    'return (value iteration)',
    'mean_return',
    fixed(reference('rl_cliff_walking').optimum.return),
    undefined,
  ],
];

const lowerIsBetter = new Set(['loss', 'rmse', 'symbol_error_rate']);
/** One of a hundred: returns of a cart pole reach 500. */
const point = metric => (metric === 'mean_return' ? 5 : 0.01);
const number = (value, metric) =>
  metric === 'mean_return' ? String(Math.round(value * 10) / 10) : value.toFixed(3);

function runOf(name, experiment) {
  const folder = path.join(samples, name, 'trained');
  return fs
    .readdirSync(folder)
    .map(id => JSON.parse(fs.readFileSync(path.join(folder, id, 'run.json'), 'utf8')))
    .find(r => experiment === undefined || path.basename(r.experiment) === `${experiment}.vitrine.json`);
}

export function sampleFigures() {
  return rows.map(([name, experiment, words, metric, authority, seeds]) => {
    const run = runOf(name, experiment);
    const ours = run.test[metric];
    const same = authority.same_start;
    const [worst, sign] = lowerIsBetter.has(metric) ? [authority.max, 1] : [authority.min, -1];
    const worse = sign * (ours - (same ?? worst));
    return {
      name,
      words: `${words}${experiment && metric !== 'mean_return' ? `, \`${experiment}\`` : ''}`,
      ours: number(ours, metric),
      lowest: number(authority.min, metric),
      mean: number(authority.mean, metric),
      highest: number(authority.max, metric),
      same: same === undefined ? '' : number(same, metric),
      seeds,
      seconds: (Date.parse(run.ended) - Date.parse(run.started)) / 1000,
      /** Points by which it is worse than the authority from the same start, or its worst seed; below 0 it is none the worse. */
      worse: worse / point(metric),
    };
  });
}

export function tableOf(figures) {
  const lines = figures.map(
    f =>
      `| \`${f.name}\` | ${f.words} | ${f.ours} | ${f.same} | ${f.lowest} | ${f.mean} | ${f.highest} | ${f.seeds ?? ''} | ${Math.max(1, Math.round(f.seconds))} |`,
  );
  return [
    '| sample | figure | Vitrine, seed 0 | authority: same start | lowest | mean | highest | seeds | seconds |',
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

const begin = '<!-- figures: written by npm run samples -->\n';
const end = '\n<!-- end of figures -->';

export function writeFigures(check = false) {
  const file = path.join(samples, 'README.md');
  const before = fs.readFileSync(file, 'utf8');
  const from = before.indexOf(begin) + begin.length;
  const to = before.indexOf(end);
  if (from < begin.length || to < from) throw new Error(`${file} lacks its marks around the figures`);
  const figures = sampleFigures();
  const after = `${before.slice(0, from)}${tableOf(figures)}${before.slice(to)}`;
  const problems = figures.flatMap(f => {
    const own = fs.readFileSync(path.join(samples, f.name, 'README.md'), 'utf8');
    return [
      ...(f.worse > 1 ? [`${f.name}: ${f.words} is ${f.ours}, the authority is over a point better`] : []),
      ...(f.seconds > 300 ? [`${f.name}: trained for ${f.seconds} s`] : []),
      ...(own.includes(f.ours) ? [] : [`${f.name}/README.md does not say ${f.ours} (${f.words})`]),
    ];
  });
  if (check && after !== before) problems.push('media/samples/README.md: the table is old (npm run samples)');
  if (!check) fs.writeFileSync(file, after);
  return problems;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const problems = writeFigures(process.argv.includes('--check'));
  for (const p of problems) console.error(p);
  process.exit(problems.length > 0 ? 1 : 0);
}
