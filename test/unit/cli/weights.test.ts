import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { readSafetensors } from '../../../src/formats/safetensors/read';
import { runFiles } from '../../../src/train/runs/run';
import { runFolderOf } from '../../../src/train/runs/runFolder';
import { root, Workspace } from '../service/_workspace';
import { vitrine } from './_shell';

describe('weights of a checkpoint', function () {
  this.timeout(60_000);
  let workspace: Workspace;
  let experiment: string;
  const checkpoints = join(root, 'test/reference/checkpoints');

  before(() => {
    workspace = new Workspace();
    experiment = workspace.sample('iris');
    copyFileSync(join(checkpoints, 'training.pth'), join(dirname(experiment), 'training.pth'));
    const text = readFileSync(experiment, 'utf8');
    const named = text.replace(/("class":\s*"IrisNet")/, '$1, "weights": "training.pth"');
    assert.notEqual(named, text);
    writeFileSync(experiment, named);
  });
  after(() => workspace.dispose());

  it('predict without a run', async () => {
    const data = join(dirname(experiment), 'iris.csv');
    const { code, err, json } = await vitrine('predict', experiment, '--input', data, '--json');
    assert.equal(code, 0, err);
    assert.equal(json().length, 150);
  });

  it('and refuse options for models of another kind', async () => {
    const data = join(dirname(experiment), 'iris.csv');
    const { code, err } = await vitrine(
      'predict',
      experiment,
      '--input',
      data,
      '--labels',
      'a,b',
      '--columns',
      'c',
    );
    assert.notEqual(code, 0);
    assert.match(err, /--labels, --columns mean nothing for a trained model \(.*\): leave them out/);
  });

  it('are what training starts from', async () => {
    const { code, err, json } = await vitrine(
      'train',
      experiment,
      '--set',
      'epochs=1',
      '--set',
      'optimizer.lr=1e-12',
      '--json',
    );
    assert.equal(code, 0, err);
    const folder = runFolderOf(dirname(experiment), json().at(-1)!['run']);
    const { tensors } = await readSafetensors(join(folder, runFiles.weights));
    const { state } = JSON.parse(readFileSync(join(checkpoints, 'values.json'), 'utf8'));
    for (const [name, { values }] of Object.entries<{ values: number[] }>(state))
      values.forEach((v, i) => {
        assert.ok(Math.abs(tensors[name]!.data[i]! - v) < 1e-6, `${name}[${i}]`);
      });
  });

  it('of another model are refused at the layer that they do not fit', async () => {
    const { code, json } = await vitrine(
      'check',
      experiment,
      '--weights',
      join(checkpoints, 'views.pt'),
      '--json',
    );
    assert.equal(code, 1);
    const [{ diagnostics }] = json() as [{ diagnostics: { severity: string; file: string; code: string }[] }];
    const errors = diagnostics.filter(d => d.severity === 'error');
    assert.deepEqual(
      errors.map(d => d.code),
      Array(4).fill('weights-missing'),
    );
    assert.ok(errors.every(d => d.file.endsWith('iris.py')));
  });
});
