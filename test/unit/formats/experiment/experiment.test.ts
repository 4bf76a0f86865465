import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { losses } from '../../../../src/formats/experiment/choices';
import { workspaceOf } from '../../../../src/formats/experiment/paths';
import { readExperiment } from '../../../../src/formats/experiment/read';
import { applySettings } from '../../../../src/formats/experiment/settings';
import { formatExperiment, lossSpec, optimizerSpec } from '../../../../src/formats/experiment/write';
import { VitrineError } from '../../../../src/model/errors';
import type { Diagnostic } from '../../../../src/model/graph';
import { recipeOf } from '../../../../src/train/setup/assemble';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'vitrine-experiment-')));
const workspace = path.join(root, 'workspace');
mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
mkdirSync(path.join(workspace, 'sub'));
const file = path.join(workspace, 'sub', 'net.vitrine.json');
writeFileSync(
  path.join(workspace, 'sub', 'net.py'),
  'import torch.nn as nn\n\nclass Net(nn.Module):\n  pass\n',
);
writeFileSync(path.join(workspace, 'top.py'), 'class Top: pass\n');
writeFileSync(
  path.join(workspace, 'sub', 'data.csv'),
  `size,weight,species,sick\n${Array.from({ length: 60 }, (_, i) => `${i},${i / 7},${'abc'[i % 3]},${i % 2}`).join('\n')}\n`,
);
writeFileSync(path.join(workspace, 'sub', 'broken.csv'), 'a,b\n1,2\n3\n');
writeFileSync(path.join(root, 'secret.csv'), 'a,y\n1,2\n');
symlinkSync(path.join(root, 'secret.csv'), path.join(workspace, 'sub', 'link.csv'));

const minimal = {
  model: { file: 'net.py', class: 'Net' },
  data: { kind: 'csv', file: 'data.csv', target: 'species' },
  loss: 'cross_entropy',
};

/** The minimal experiment with some values replaced, by path; undefined takes one away. */
function text(changes: Record<string, unknown> = {}): string {
  const out = structuredClone(minimal) as Record<string, unknown>;
  for (const [name, value] of Object.entries(changes)) {
    const keys = name.split('.');
    let at = out;
    for (const key of keys.slice(0, -1)) {
      at[key] ??= {};
      at = at[key] as Record<string, unknown>;
    }
    if (value === undefined) delete at[keys.at(-1)!];
    else at[keys.at(-1)!] = value;
  }
  return JSON.stringify(out, null, 2);
}

/** The text that a diagnostic underlines. */
function underlined(source: string, d: Diagnostic): string {
  const lines = source.split('\n');
  if (d.line === d.endLine) return lines[d.line - 1]!.slice(d.column - 1, d.endColumn - 1);
  return [
    lines[d.line - 1]!.slice(d.column - 1),
    ...lines.slice(d.line, d.endLine - 1),
    lines[d.endLine - 1]!.slice(0, d.endColumn - 1),
  ].join('\n');
}

/** The engine's registry decides which losses there are. */
const hasBinary = losses.some(l => l.name === 'bce_with_logits');

describe('Reading an experiment file', () => {
  it('completes the defaults and makes paths absolute', async () => {
    const { experiment, diagnostics } = await readExperiment(file, text());
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(experiment, {
      model: { file: path.join(workspace, 'sub/net.py'), class: 'Net' },
      data: {
        kind: 'csv',
        file: path.join(workspace, 'sub/data.csv'),
        target: 'species',
        targetType: 'classes',
        split: { test: 0.2, valid: 0.1, stratify: true },
        missing: 'error',
      },
      loss: 'cross_entropy',
      optimizer: { name: 'Adam', lr: 0.001 },
      epochs: 20,
      batchSize: 32,
      seed: 0,
    });
  });

  it('takes comments, trailing commas and a mark at the start', async () => {
    const source = `\uFEFF// What\n${text().replace('"loss"', '/* why */ "loss"').replace(/\n\}$/, ',\n}')}\n`;
    const { experiment, diagnostics } = await readExperiment(file, source);
    assert.deepEqual(diagnostics, []);
    assert.ok(experiment);
  });

  it('reads every sample that ships', async () => {
    for (const name of [
      'linear-regression/regression',
      'net/net',
      'iris/iris',
      'breast-cancer/tumor',
      'digits/digits',
    ]) {
      const { experiment, diagnostics } = await readExperiment(
        path.join('media/samples', `${name}.vitrine.json`),
      );
      assert.deepEqual(diagnostics, [], name);
      assert.ok(experiment, name);
    }
  });

  it('takes all that it may say of training, and gives the engine its part', async () => {
    const training = {
      optimizer: {
        name: 'AdamW',
        lr: 0.01,
        weight_decay: 0.1,
        groups: [
          { parameters: ['*.bias'], weight_decay: 0 },
          { parameters: ['fc2'], lr: 0.001 },
        ],
      },
      schedule: {
        name: 'SequentialLR',
        schedules: [{ name: 'LinearLR', total_iters: 3 }, { name: 'CosineAnnealingLR' }],
        milestones: [3],
      },
      clip: { norm: 1 },
      accumulate: 4,
      freeze: ['features'],
      average: { decay: 0.99 },
      monitor: 'accuracy',
      earlyStopping: { patience: 7, minDelta: 0.001 },
      keep: 'last',
    };
    const { experiment, diagnostics } = await readExperiment(file, text(training));
    assert.deepEqual(diagnostics, []);
    assert.deepEqual(recipeOf(experiment!), {
      loss: { name: 'cross_entropy' },
      optimizer: {
        name: 'AdamW',
        options: { weight_decay: 0.1 },
        groups: [
          { parameters: ['*.bias'], options: { weight_decay: 0 } },
          { parameters: ['fc2'], options: {} },
        ],
      },
      learningRate: 0.01,
      groupRates: [undefined, 0.001],
      update: {
        freeze: ['features'],
        clip: { norm: 1 },
        accumulate: true,
        average: { decay: 0.99 },
      },
      schedule: training.schedule,
      accumulate: 4,
      monitor: 'accuracy',
      earlyStopping: { patience: 7, minDelta: 0.001 },
      keep: 'last',
      epochs: 20,
      batchSize: 32,
    });
    const again = await readExperiment(file, formatExperiment(experiment!, file));
    assert.deepEqual(again.experiment, experiment);
    const set = { 'schedule.name': 'StepLR', 'schedule.step_size': '4', 'clip.norm': '0.5', keep: 'best' };
    const changed = await readExperiment(file, text(), { set });
    assert.deepEqual(changed.experiment?.schedule, { name: 'StepLR', step_size: 4 });
    assert.deepEqual(changed.experiment?.clip, { norm: 0.5 });
    assert.equal(changed.experiment?.keep, 'best');
    const defaults = await readExperiment(file, text({ earlyStopping: {}, average: {} }));
    assert.deepEqual(defaults.experiment?.earlyStopping, { patience: 5, minDelta: 0 });
    assert.deepEqual(defaults.experiment?.average, { decay: 0.999 });
  });

  it('follows the target from the loss', async () => {
    const type = async (loss: string, target: string) =>
      (await readExperiment(file, text({ loss, 'data.target': target }))).experiment?.data.targetType;
    assert.equal(await type('mse', 'weight'), 'number');
    assert.equal(await type('cross_entropy', 'sick'), 'classes');
    if (hasBinary) assert.equal(await type('bce_with_logits', 'sick'), 'classes');
  });

  const cases: [string, Record<string, unknown>, string, string, RegExp, string?][] = [
    [
      'an unknown field',
      { epoch: 3 },
      'unknown-field',
      '"epoch"',
      /no field "epoch" here\. Did you mean "epochs"\?/,
      '"epochs"',
    ],
    [
      'an unknown field inside',
      { 'data.split.tset': 0.3 },
      'unknown-field',
      '"tset"',
      /in data\.split\. Did you mean "test"/,
      '"test"',
    ],
    [
      'an unknown schedule',
      { schedule: { name: 'StepLr' } },
      'wrong-value',
      '"StepLr"',
      /schedule\.name is "StepLr"; expected .*StepLR.*Did you mean "StepLR"/,
      '"StepLR"',
    ],
    [
      'a schedule without what it needs',
      { schedule: { name: 'StepLR' } },
      'missing-field',
      '"schedule"',
      /"schedule\.step_size" is missing: how long the learning rate stays/,
    ],
    [
      'a schedule within another that does not fit',
      { schedule: { name: 'SequentialLR', schedules: [{ name: 'StepLR' }], milestones: [] } },
      'wrong-value',
      '"schedule"',
      /The schedule "StepLR".*step_size/,
    ],
    [
      'an option that no group has',
      { 'optimizer.groups': [{ parameters: ['a'], momentum: 0.9 }] },
      'unknown-field',
      '"momentum"',
      /no field "momentum" in optimizer\.groups\.0/,
    ],
    ['a field named __proto__', {}, 'unknown-field', '"__proto__"', /no field "__proto__"/],
    [
      'a missing field',
      { loss: undefined },
      'missing-field',
      '{',
      /"loss" is missing: what training makes small/,
    ],
    [
      'a missing field inside',
      { 'data.target': undefined },
      'missing-field',
      '"data"',
      /"data\.target" is missing/,
    ],
    [
      'a wrong loss',
      { loss: 'crossentropy' },
      'wrong-value',
      '"crossentropy"',
      /Did you mean "cross_entropy"\?/,
      '"cross_entropy"',
    ],
    [
      'a wrong optimiser',
      { 'optimizer.name': 'adam' },
      'wrong-value',
      '"adam"',
      /Did you mean "Adam"\?/,
      '"Adam"',
    ],
    ['a wrong kind of data', { 'data.kind': 'cvs' }, 'wrong-value', '"cvs"', /Did you mean "csv"\?/, '"csv"'],
    [
      'no epochs',
      { epochs: 0 },
      'out-of-range',
      '0',
      /^epochs is 0; expected a whole number, at least 1 and at most 1000000\.$/,
    ],
    ['half an epoch', { epochs: 1.5 }, 'wrong-type', '1.5', /epochs is 1\.5; expected a whole number/],
    [
      'a learning rate of 0',
      { 'optimizer.lr': 0 },
      'out-of-range',
      '0',
      /^optimizer\.lr is 0; expected a number, greater than 0\.$/,
    ],
    [
      'a learning rate as text',
      { 'optimizer.lr': '0.1' },
      'wrong-type',
      '"0.1"',
      /^optimizer\.lr is "0\.1"; expected a number/,
    ],
    ['a list for an object', { model: [] }, 'wrong-type', '[]', /^model is a list; expected an object/],
    [
      'one beta',
      { 'optimizer.betas': [0.9] },
      'out-of-range',
      '[\n      0.9\n    ]',
      /expected a list of 2 values/,
    ],
    [
      'a beta of 1',
      { 'optimizer.betas': [0.9, 1] },
      'out-of-range',
      '1',
      /optimizer\.betas\.1 is 1; expected a number, at least 0 and less than 1/,
    ],
    [
      "another optimiser's option",
      { optimizer: { name: 'Adam', momentum: 0.9 } },
      'unknown-field',
      '"momentum"',
      /no field "momentum" in optimizer\. Expected "name", "lr"/,
    ],
    [
      'Nesterov without momentum',
      { optimizer: { name: 'SGD', nesterov: true } },
      'wrong-value',
      'true',
      /requires a momentum above 0/,
    ],
    [
      'nothing to train on',
      { 'data.split': { test: 0.6, valid: 0.4 } },
      'out-of-range',
      '"split"',
      /sum must be below 1/,
    ],
    ['group and time', { 'data.split': { group: 'a', time: 'b' } }, 'wrong-value', '"time"', /not by both/],
    ['a long delimiter', { 'data.delimiter': ',,' }, 'out-of-range', '",,"', /at most 1 characters/],
    [
      'no model file',
      { 'model.file': 'nat.py' },
      'file-not-found',
      '"nat.py"',
      /there is no such file\. Did you mean "net\.py"\?/,
      '"net.py"',
    ],
    ['a folder', { 'data.file': '.' }, 'file-not-found', '"."', /not a file/],
    [
      'no class',
      { 'model.class': 'Nett' },
      'class-not-found',
      '"Nett"',
      /no class "Nett" in net\.py\. Did you mean "Net"\?/,
      '"Net"',
    ],
    [
      'a path out of the workspace',
      { 'data.file': '../../secret.csv' },
      'path-outside',
      '"../../secret.csv"',
      /leaves the workspace folder "workspace"/,
    ],
    [
      'a path out by backslashes',
      { 'data.file': '..\\..\\secret.csv' },
      'path-outside',
      '"..\\\\..\\\\secret.csv"',
      /leaves the workspace/,
    ],
    ['an absolute path', { 'data.file': '/etc/passwd' }, 'path-outside', '"/etc/passwd"', /absolute path/],
    [
      'an absolute Windows path',
      { 'data.file': 'C:\\data.csv' },
      'path-outside',
      '"C:\\\\data.csv"',
      /absolute path/,
    ],
    ['a URL', { 'data.file': 'file:///etc/passwd' }, 'path-outside', '"file:///etc/passwd"', /absolute path/],
    [
      'a link out of the workspace',
      { 'data.file': 'link.csv' },
      'path-outside',
      '"link.csv"',
      /a link to a file outside/,
    ],
    ['a zero in a path', { 'data.file': 'a\0b' }, 'path-outside', '"a\\u0000b"', /zero character/],
    [
      'no target column',
      { 'data.target': 'spices' },
      'column-not-found',
      '"spices"',
      /Did you mean "species"\?/,
      '"species"',
    ],
    [
      'no feature column',
      { 'data.features': ['size', 'wait'] },
      'column-not-found',
      '"wait"',
      /no column "wait" in data\.csv/,
    ],
    [
      'no sensitive column',
      { sensitive: ['sex'] },
      'column-not-found',
      '"sex"',
      /It has "size", "weight", "species" or "sick"/,
    ],
    [
      'numbers for classes',
      { loss: 'mse' },
      'loss-target-mismatch',
      '"mse"',
      /target "species" has classes \("a", "b", "c"\)\. Use "cross_entropy"/,
      '"cross_entropy"',
    ],
    [
      'classes for numbers',
      { 'data.target': 'weight' },
      'loss-target-mismatch',
      '"cross_entropy"',
      /is a number .* Use "mse"/,
      '"mse"',
    ],
    [
      'two classes for three',
      { loss: 'bce_with_logits' },
      'loss-target-mismatch',
      '"bce_with_logits"',
      /has 3 /,
      '"cross_entropy"',
    ],
    [
      'data that cannot be read',
      { 'data.file': 'broken.csv', 'data.target': 'a' },
      'bad-data',
      '"broken.csv"',
      /^broken\.csv: Line 3 has 1 value/,
    ],
    [
      "another loss's option",
      { lossOptions: { label_smoothing: 0.1, beta: 1 } },
      'unknown-field',
      '"beta"',
      /no field "beta" in lossOptions\. Expected/,
    ],
    [
      'a loss option out of range',
      { lossOptions: { label_smoothing: 1.5 } },
      'out-of-range',
      '1.5',
      /lossOptions\.label_smoothing is 1\.5; expected a number, at least 0 and at most 1/,
    ],
  ];
  for (const [name, changes, code, place, message, fix] of cases)
    (hasBinary || changes['loss'] !== 'bce_with_logits' ? it : it.skip)(
      `finds, at its place: ${name}`,
      async () => {
        const source = name.includes('__proto__')
          ? text().replace('"loss"', '"__proto__": {}, "loss"')
          : text(changes);
        const { experiment, diagnostics } = await readExperiment(file, source);
        assert.equal(experiment, undefined);
        assert.equal(diagnostics.length, 1, JSON.stringify(diagnostics, null, 1));
        const [d] = diagnostics;
        assert.equal(d!.code, code, d!.message);
        assert.match(d!.message, message);
        assert.equal(underlined(source, d!), place);
        assert.equal(d!.file, file);
        assert.equal(d!.fix?.text, fix);
      },
    );

  it('finds several things at once', async () => {
    const { diagnostics } = await readExperiment(file, text({ epochs: 0, batchSize: 'all', loss: 'mxe' }));
    assert.deepEqual(diagnostics.map(d => d.code).sort(), ['out-of-range', 'wrong-type', 'wrong-value']);
  });

  it('names what is not JSON', async () => {
    const find = async (source: string) => {
      const { experiment, diagnostics } = await readExperiment(file, source);
      assert.equal(experiment, undefined);
      assert.ok(diagnostics.length > 0 && diagnostics.every(d => d.severity === 'error'));
      return diagnostics.map(d => `${d.line}:${d.column} ${d.code} ${d.message}`).join('\n');
    };
    assert.match(await find(''), /^1:1 json-syntax The file is empty/);
    assert.match(await find('  // nothing\n'), /json-syntax/);
    assert.match(await find('{\n  "loss": mse\n}'), /^2:11 json-syntax This is no JSON value/);
    assert.match(await find('{\n  "loss": "mse"\n  "epochs": 3\n}'), /^3:3 json-syntax A comma/);
    assert.match(await find('{ "loss": "mse"'), /closing brace/);
    assert.match(await find('{ "epochs": 1, "epochs": 2 }'), /^1:16 duplicate-field "epochs" is given twice/);
    assert.match(await find('[1]'), /^1:1 wrong-type Expected an object/);
    assert.match(await find('['.repeat(100_000)), /json-syntax/);
    assert.match(await find(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`), /nests too deep|no field/);
  });

  it('refuses a file that is not there', async () => {
    await assert.rejects(readExperiment(path.join(root, 'none.vitrine.json')), (e: unknown) => {
      return e instanceof VitrineError && e.code === 'file-not-found';
    });
  });

  it('lets a path climb within the workspace, which ends at its marks', async () => {
    assert.equal(workspaceOf(file), workspace);
    assert.equal(workspaceOf(path.join(workspace, 'sub/.vitrine/runs/1/experiment.vitrine.json')), workspace);
    const alone = path.join(root, 'alone');
    assert.equal(workspaceOf(path.join(alone, 'net.vitrine.json')), alone);
    assert.equal(workspaceOf(path.join(alone, '.vitrine/runs/1/experiment.vitrine.json')), alone);
    const inside = await readExperiment(file, text({ 'model.file': '../top.py', 'model.class': 'Top' }));
    assert.deepEqual(inside.diagnostics, []);
    assert.equal(inside.experiment?.model.file, path.join(workspace, 'top.py'));
    const told = await readExperiment(file, text({ 'model.file': '../top.py' }), {
      workspace: path.dirname(file),
    });
    assert.equal(told.diagnostics[0]?.code, 'path-outside');
  });
});

describe('Settings from the command line', () => {
  const read = async () => (await readExperiment(file, text())).experiment!;

  it('are read as the type of their field', async () => {
    const out = applySettings(await read(), {
      'optimizer.lr': '0.01',
      'optimizer.betas': '[0.8, 0.9]',
      epochs: '3',
      'data.split.stratify': 'false',
      'data.features': 'size,weight',
      'data.target': '1',
      'model.arguments.hidden': '8',
      'model.arguments.act': 'relu',
      loss: 'mse',
    });
    assert.deepEqual(out.optimizer, { name: 'Adam', lr: 0.01, betas: [0.8, 0.9] });
    assert.equal(out.epochs, 3);
    assert.equal(out.data.split.stratify, false);
    assert.deepEqual(out.data.features, ['size', 'weight']);
    assert.equal(out.data.target, '1');
    assert.deepEqual(out.model.arguments, { hidden: 8, act: 'relu' });
    assert.equal(out.loss, 'mse');
  });

  it('choose among the options of the optimiser that they name', async () => {
    const out = applySettings(await read(), { 'optimizer.name': 'SGD', 'optimizer.momentum': '0.9' });
    assert.deepEqual(out.optimizer, { name: 'SGD', lr: 0.001, momentum: 0.9 });
  });

  it('leave the original alone, and take an optional value away with null', async () => {
    const before = applySettings(await read(), { backend: 'cpu' });
    const after = applySettings(before, { backend: 'null' });
    assert.equal(before.backend, 'cpu');
    assert.equal('backend' in after, false);
  });

  it('that do not fit are refused', async () => {
    const experiment = await read();
    const message = (settings: Record<string, unknown>) => {
      try {
        applySettings(experiment, settings);
      } catch (e) {
        assert.ok(e instanceof VitrineError && e.code === 'bad-usage', String(e));
        return e.message;
      }
      return assert.fail();
    };
    assert.match(
      message({ 'optimizer.rl': '1' }),
      /no setting "optimizer\.rl"\. Did you mean "optimizer\.lr"\?/,
    );
    assert.match(message({ 'epochs.x': '1' }), /"epochs" is a single value/);
    assert.match(message({ epochs: 'many' }), /epochs is "many"; expected a whole number/);
    assert.match(message({ __proto__x: '1' }), /no setting/);
    assert.match(message({ 'model.arguments.__proto__': '1' }), /cannot be set/);
    assert.match(message({ 'constructor.prototype': '1' }), /no setting/);
    assert.equal(({} as Record<string, unknown>)['prototype'], undefined);
  });

  it('reach the reader too, before anything is checked', async () => {
    const bad = text({ loss: 'mse' });
    const { experiment } = await readExperiment(file, bad, { set: { loss: 'cross_entropy', seed: 7 } });
    assert.equal(experiment?.seed, 7);
  });
});

describe('Writing an experiment', () => {
  it('gives a file elsewhere that reads back as the same experiment', async () => {
    const { experiment } = await readExperiment(file, text({ 'optimizer.lr': 0.5 }));
    const run = path.join(workspace, '.vitrine', 'runs', '1');
    mkdirSync(run, { recursive: true });
    const snapshot = path.join(run, 'experiment.vitrine.json');
    writeFileSync(snapshot, formatExperiment(experiment!, snapshot));
    assert.equal(JSON.parse(readFileSync(snapshot, 'utf8')).data.file, '../../../sub/data.csv');
    const again = await readExperiment(snapshot);
    assert.deepEqual(again.diagnostics, []);
    assert.deepEqual(again.experiment, experiment);
  });

  it("gives the engine loss and optimiser by PyTorch's names", async () => {
    const { experiment } = await readExperiment(
      file,
      text({ optimizer: { name: 'SGD', lr: 0.1, momentum: 0.9 }, lossOptions: { label_smoothing: 0.1 } }),
    );
    assert.deepEqual(optimizerSpec(experiment!), { name: 'SGD', options: { momentum: 0.9 } });
    assert.deepEqual(lossSpec(experiment!), { name: 'cross_entropy', options: { label_smoothing: 0.1 } });
  });
});
