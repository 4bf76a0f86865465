/** `vitrine diff`: two files, a file and git's, with what changed in the weights and in the predictions. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeOnnx } from '../../../src/formats/onnx/write';
import type { Model } from '../../../src/model/graph';
import { vitrine } from './_shell';

/** Scores of two classes: y = x Wᵀ. */
const model: Model = {
  name: 'Line',
  file: 'line.onnx',
  format: 'onnx',
  inputs: ['x'],
  outputs: ['y'],
  values: {
    x: { id: 'x', dtype: 'float32', shape: ['N', 2] },
    'fc.weight': { id: 'fc.weight', dtype: 'float32', shape: [2, 2] },
    y: { id: 'y', dtype: 'float32', shape: ['N', 2] },
  },
  nodes: [
    {
      id: 'gemm',
      op: 'Gemm',
      module: 'fc',
      inputs: ['x', 'fc.weight'],
      outputs: ['y'],
      attributes: { transB: 1 },
    },
  ],
  parameters: [
    {
      name: 'fc.weight',
      dtype: 'float32',
      shape: [2, 2],
      kind: 'parameter',
      trainable: true,
      initializer: { kind: 'zeros' },
    },
  ],
  modules: [],
};
const weights = (...values: number[]) => ({
  'fc.weight': { shape: [2, 2], data: Float32Array.from(values) },
});

describe('vitrine diff', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string) => join(folder, name);
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'vitrine-diff-'));
    // The first scores the larger input, the second the smaller one.
    await writeOnnx(at('a.onnx'), model, weights(1, 0, 0, 1));
    await writeOnnx(at('b.onnx'), model, weights(0, 1, 1, 0));
    const rows = Array.from(
      { length: 40 },
      (_, i) => `${i % 5},${(i * 3) % 7},${i % 5 > (i * 3) % 7 ? 'first' : 'second'}`,
    );
    writeFileSync(at('data.csv'), ['p,q,label', ...rows].join('\n'));
    writeFileSync(
      at('b.vitrine.json'),
      JSON.stringify({
        model: { file: 'b.onnx', class: 'Line' },
        data: { kind: 'csv', file: 'data.csv', target: 'label' },
        loss: 'cross_entropy',
      }),
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('tells by how much weights changed', async () => {
    const { code, json } = await vitrine('diff', at('a.onnx'), at('b.onnx'), '--json');
    assert.equal(code, 0);
    const [found] = json();
    assert.equal(found!['diff'].counts.same, 1);
    const [w] = found!['weights'];
    assert.equal(w.name, 'fc.weight');
    for (const [name, value] of [
      ['before', Math.SQRT2],
      ['after', Math.SQRT2],
      ['difference', 2],
      ['relative', Math.SQRT2],
      ['cosine', 0],
    ] as const)
      assert.ok(Math.abs(w[name] - value) < 1e-6, `${name} is ${w[name]}`);
    const { out } = await vitrine('diff', at('a.onnx'), at('b.onnx'));
    assert.match(out, /0 added, 0 removed, 0 changed, 0 moved, 1 the same/);
    assert.match(out, /141\.42 %/);
  });

  it('and which predictions flipped', async () => {
    const { code, json, err } = await vitrine(
      'diff',
      at('a.onnx'),
      at('b.onnx'),
      '--data',
      at('b.vitrine.json'),
      '--split',
      'train',
      '--json',
    );
    assert.equal(code, 0, err);
    const { predictions } = json()[0]!;
    assert.ok(predictions.rows > 20 && predictions.flipped.length > 0.5 * predictions.rows);
    for (const f of predictions.flipped) {
      assert.notEqual(f.before, f.after);
      assert.equal(f.effect, f.after === f.target ? 'fixed' : 'broken');
    }
    assert.equal(predictions.fixed + predictions.broken, predictions.flipped.length);
  });

  it('compares a file with what git has, and says when it has nothing', async () => {
    const alone = await vitrine('diff', at('a.onnx'));
    assert.equal(alone.code, 2);
    assert.match(alone.err, /git does not have .*a\.onnx at HEAD/);
    const git = (...args: string[]) => execFileSync('git', ['-C', folder, ...args], { stdio: 'ignore' });
    git('init', '-q');
    git('add', 'a.onnx');
    git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'a');
    writeFileSync(at('a.onnx'), readFileSync(at('b.onnx')));
    const { json } = await vitrine('diff', at('a.onnx'), '--json');
    const [found] = json();
    assert.match(found!['before'], /a\.onnx at HEAD$/);
    assert.ok(found!['weights'][0].difference > 1.9);
    for (const revision of ['--upload-pack=x', 'HEAD;x', 'HEAD:b'])
      assert.match((await vitrine('diff', at('a.onnx'), `--revision=${revision}`)).err, /is no revision/);
    assert.match((await vitrine('diff', at('a.onnx'), '--revision', 'nowhere')).err, /git does not have/);
  });

  it('refuses what it cannot compare', async () => {
    assert.match((await vitrine('diff', at('a.onnx'), at('none.onnx'))).err, /no file/);
    assert.match(
      (await vitrine('diff', at('a.onnx'), at('b.onnx'), '--split', 'all')).err,
      /expected train, valid, test/,
    );
  });
});
