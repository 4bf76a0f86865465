import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { VersionRequest } from '../../formats/_version';
import { workspaceOf } from '../../formats/experiment/paths';
import type { LayerDiff } from '../../model/diff';
import { VitrineError } from '../../model/errors';
import { readSide } from '../../service/modelSides';
import { Engines } from '../../service/process/engines';
import {
  type ComparisonData,
  compareModels,
  type ModelComparison,
  type Version,
} from '../../train/open/compareModels';
import { type OpenRun, openRun } from '../../train/open/openRun';
import { datasetOf, experimentOf } from '../../train/setup/assemble';
import { type Command, type CommandCall, textOption } from '../command';
import { experimentSuffix, splitFragment } from '../experiments';
import { parseShape } from '../readModels';
import { fixedNumber, grouped, tableLines } from '../table';
import type { Terminal } from '../terminal';

const splits = ['train', 'valid', 'test'] as const;

export const command: Command = {
  name: 'diff',
  usage: 'A[#Class] [B[#Class]] [--revision REV] [--weights FILE…] [--data FILE.vitrine.json] [--json]',
  summary:
    'Compare two models, files or runs: layers, shapes, parameters, and with weights and data what changed in them. One file is compared with git’s.',
  arguments: [1, 2],
  options: {
    revision: {
      type: 'string',
      value: 'REV',
      help: 'Which version of git’s a single file is compared with; HEAD if left out.',
    },
    weights: {
      type: 'string',
      multiple: true,
      value: 'FILE',
      help: 'Weights of A, then (given again) of B, where the files hold none.',
    },
    data: {
      type: 'string',
      value: 'FILE',
      help: 'An experiment whose data both predict; that of a run if left out.',
    },
    split: { type: 'string', value: 'SPLIT', help: 'train, valid or test (if left out).' },
    input: { type: 'string', value: 'SHAPE', help: 'Shape of one sample, e.g. 1x28x28.' },
    all: { type: 'boolean', help: 'Show the layers that stayed the same, too.' },
    backend: { type: 'string', value: 'B', help: 'webgpu, webasm or cpu; the best there is if left out.' },
  },
  async run(call) {
    const { terminal, signal } = call;
    const [a, b] = call.arguments as [string, string?];
    const engines = new Engines();
    try {
      const [before, after] =
        b === undefined ? await withGit(call, a) : [await open(call, a, 0), await open(call, b, 1)];
      const data = await dataOf(call, engines, [after.run, before.run]);
      const found = await compareModels(before.version, after.version, data, signal);
      if (terminal.json) terminal.result(found);
      else show(found, terminal, call.options['all'] === true);
      return true;
    } finally {
      await engines.dispose();
    }
  },
};

interface Opened {
  version: Version;
  run?: OpenRun;
}

/** A file at a revision, and as it is. */
async function withGit(call: CommandCall, where: string): Promise<[Opened, Opened]> {
  const { file, class: wanted } = splitFragment(where);
  const revision = textOption(call, 'revision') ?? 'HEAD';
  const request = { file, revision, ...(wanted !== undefined && { class: wanted }) };
  const after = await open(call, where, 1);
  return [{ version: await read(call, request, `${file} at ${revision}`, 0) }, after];
}

async function open(call: CommandCall, where: string, index: 0 | 1): Promise<Opened> {
  const { file, class: wanted } = splitFragment(where);
  const info = await stat(file).catch(() => undefined);
  const isRun =
    where.endsWith(experimentSuffix) ||
    (info?.isDirectory() && !(await stat(path.join(file, 'config.json')).catch(() => undefined)));
  if (!isRun)
    return {
      version: await read(call, { file, ...(wanted !== undefined && { class: wanted }) }, where, index),
    };
  const run = await openRun(where);
  return { version: { label: `run ${run.record.id}`, model: run.model, weights: await run.weights() }, run };
}

async function read(
  call: CommandCall,
  request: VersionRequest,
  label: string,
  index: 0 | 1,
): Promise<Version> {
  const input = textOption(call, 'input');
  const given = call.options['weights'];
  const weights = Array.isArray(given) ? given[index] : undefined;
  const found = await readSide(
    {
      ...request,
      withWeights: true,
      ...(input !== undefined && { input: parseShape(input) }),
      ...(weights !== undefined && { weights: String(weights) }),
    },
    {
      distFolder: call.distFolder,
      workspaceFolder: workspaceOf(path.resolve(request.file)),
      signal: call.signal,
    },
  );
  return { label, ...found };
}

async function dataOf(
  call: CommandCall,
  engines: Engines,
  runs: readonly (OpenRun | undefined)[],
): Promise<ComparisonData | undefined> {
  const split = textOption(call, 'split') ?? 'test';
  if (!isSplit(split))
    throw new VitrineError('bad-usage', `--split is "${split}"; expected ${splits.join(', ')}.`);
  const file = textOption(call, 'data');
  const run = runs.find(r => r !== undefined);
  if (file === undefined && !run) return undefined;
  const engine = await engines.get(textOption(call, 'backend'));
  if (file === undefined) return { engine, dataset: await run!.dataset(), loss: run!.experiment.loss, split };
  const experiment = await experimentOf(file);
  return { engine, dataset: await datasetOf(experiment, file, call), loss: experiment.loss, split };
}

function isSplit(text: string): text is (typeof splits)[number] {
  return (splits as readonly string[]).includes(text);
}

const signs: Readonly<Record<LayerDiff['status'], string>> = {
  added: '+',
  removed: '-',
  changed: '~',
  moved: '>',
  same: ' ',
};

function show(
  { before, after, diff, weights, predictions }: ModelComparison,
  terminal: Terminal,
  all: boolean,
): void {
  const { counts, parameters, layers } = diff;
  const change = parameters.after - parameters.before;
  terminal.print(
    `${terminal.bold(before)} → ${terminal.bold(after)}`,
    `${counts.added} added, ${counts.removed} removed, ${counts.changed} changed, ${counts.moved} moved, ${counts.same} the same`,
    `${grouped(parameters.before)} → ${grouped(parameters.after)} parameters (${change >= 0 ? '+' : '−'}${grouped(Math.abs(change))})`,
    '',
  );
  for (const l of layers) {
    if (l.status === 'same' && !all) continue;
    const layer = (l.after ?? l.before)!;
    const line = `${signs[l.status]} ${layer.path || '(the model)'}: ${layer.type}(${layer.arguments})`;
    terminal.print(
      l.status === 'added' ? terminal.green(line) : l.status === 'removed' ? terminal.red(line) : line,
    );
    if (l.status === 'moved') terminal.print(terminal.dim(`    was ${l.before!.path}`));
    for (const c of l.changes) terminal.print(`    ${c.what}: ${c.before || 'none'} → ${c.after || 'none'}`);
  }
  if (weights && weights.length > 0)
    terminal.print(
      '',
      ...tableLines(
        [
          { title: 'Weights', most: 44 },
          { title: 'Norm', align: 'right' },
          { title: 'Now', align: 'right' },
          { title: 'Change', align: 'right' },
          { title: 'Relative', align: 'right' },
        ],
        weights
          .slice(0, 40)
          .map(w => [
            w.name,
            fixedNumber(w.before),
            fixedNumber(w.after),
            fixedNumber(w.difference),
            w.relative === null ? '' : `${(w.relative * 100).toFixed(2)} %`,
          ]),
        t => terminal.bold(t),
      ),
    );
  if (!predictions) return;
  const { flipped, rows, split, fixed, broken } = predictions;
  terminal.print(
    '',
    `${flipped.length} of ${rows} predictions of the ${split} split flipped: ${fixed} now right, ${broken} now wrong.`,
    ...tableLines(
      [{ title: 'Row', align: 'right' }, { title: 'Before' }, { title: 'Now' }, { title: 'Target' }],
      flipped.slice(0, 20).map(f => [String(f.row), f.before, f.after, f.target ?? '']),
      t => terminal.bold(t),
    ),
  );
}
