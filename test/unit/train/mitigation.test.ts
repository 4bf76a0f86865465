import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { GROUPS } from '../../../src/engine/penalty';
import type { Model, Tensor } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import cases from '../../reference/fairness_penalty.json';
import { vitrine } from '../cli/_shell';

const linear = (features: number, width: number): Model => {
  const parameter = (name: string, shape: number[]) => ({
    name,
    dtype: 'float32' as const,
    shape,
    kind: 'parameter' as const,
    trainable: true,
    initializer: { kind: 'zeros' as const },
  });
  const float = (id: string, shape: (string | number)[]) =>
    [id, { id, dtype: 'float32' as const, shape }] as const;
  return {
    name: 'Linear',
    file: '/linear.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: ['y'],
    values: Object.fromEntries([
      float('x', ['N', features]),
      float('y', ['N', width]),
      float('w', [width, features]),
      float('b', [width]),
    ]),
    nodes: [
      { id: 'n', op: 'Gemm', module: '', inputs: ['x', 'w', 'b'], outputs: ['y'], attributes: { transB: 1 } },
    ],
    parameters: [parameter('w', [width, features]), parameter('b', [width])],
    modules: [],
  };
};

const tensor = ({ shape, data }: { shape: number[]; data: number[] }): Tensor => ({
  shape,
  data: Float32Array.from(data),
});

describe('Fairness while training', function () {
  this.timeout(120_000);
  let engine: Engine;
  let folder: string;

  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
    folder = mkdtempSync(path.join(tmpdir(), 'vitrine-mitigation-'));
  });

  after(async () => {
    await engine.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  for (const c of cases)
    it(`the penalty on covariance, ${c.loss} with ${c.w.shape[0]} outputs: PyTorch's loss and gradients`, async () => {
      const [n, features] = c.x.shape as [number, number];
      const [width] = c.w.shape as [number];
      const trainer = await engine.trainer(linear(features, width), {
        bindings: { N: n },
        weights: { w: tensor(c.w), b: tensor(c.b) },
        loss: {
          name: c.loss,
          penalty: {
            name: 'covariance',
            strength: c.strength,
            groups: 3,
            output: c.output,
            link: c.loss === 'cross_entropy' ? 'softmax' : 'sigmoid',
          },
        },
        // Plain descent with a rate of one: the step is the gradient.
        optimizer: { name: 'SGD', options: {} },
        targets: { shape: c.t.shape, dtype: width === 1 ? 'float32' : 'int64' },
      });
      try {
        const targets: Tensor = {
          shape: c.t.shape,
          data: width === 1 ? Float32Array.from(c.t.data) : Int32Array.from(c.t.data),
        };
        const feeds = { x: tensor(c.x), [GROUPS]: tensor(c.z) };
        const { loss } = await trainer.step(feeds, targets, { learningRate: 1 });
        assert.ok(Math.abs(loss - c.value) < 1e-5 * Math.max(1, c.value), `${loss} ${c.value}`);
        const after = await trainer.weights();
        for (const name of ['w', 'b'] as const) {
          const scale = Math.max(...c.gradients[name].data.map(Math.abs));
          c.gradients[name].data.forEach((g, i) => {
            const found = c[name].data[i]! - after[name]!.data[i]!;
            assert.ok(Math.abs(found - g) <= 1e-4 * scale, `${name}[${i}]: ${found}, not ${g}`);
          });
        }
        await assert.rejects(trainer.step({ x: tensor(c.x) }, targets, { learningRate: 1 }), /rows’ groups/);
      } finally {
        await trainer.dispose();
      }
    });

  /** Loans that were granted to one group more readily than to the other, for the same income. */
  function write(mitigate: object | undefined): string {
    const random = new Random(3, 'loans');
    const lines = ['income,debt,group,granted'];
    for (let i = 0; i < 900; i++) {
      const group = random.uniform() < 0.5 ? 'a' : 'b';
      const income = random.normal() + (group === 'a' ? 0.4 : -0.4);
      const debt = random.normal();
      const score = income - debt + (group === 'a' ? 0.9 : -0.9) + 0.5 * random.normal();
      lines.push(`${income.toFixed(4)},${debt.toFixed(4)},${group},${score > 0 ? 'yes' : 'no'}`);
    }
    writeFileSync(path.join(folder, 'loans.csv'), `${lines.join('\n')}\n`);
    writeFileSync(
      path.join(folder, 'loans.py'),
      'from torch import nn\n\n\nclass Loans(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 2)\n\n    def forward(self, x):\n        return self.fc(x)\n',
    );
    const file = path.join(folder, 'loans.vitrine.json');
    writeFileSync(
      file,
      JSON.stringify({
        model: { file: 'loans.py', class: 'Loans' },
        data: { kind: 'csv', file: 'loans.csv', target: 'granted', split: { test: 0.4, valid: 0 } },
        loss: 'cross_entropy',
        optimizer: { name: 'Adam', lr: 0.05 },
        epochs: 30,
        batchSize: 128,
        sensitive: ['group'],
        ...(mitigate && { mitigate }),
      }),
    );
    return file;
  }

  async function trained(mitigate?: object) {
    const file = write(mitigate);
    const run = await vitrine('train', file, '--json');
    assert.equal(run.code, 0, run.err);
    const fair = await vitrine('fairness', file, '--json');
    assert.equal(fair.code, 0, fair.err);
    return {
      accuracy: run.json().at(-1)!['test'].accuracy as number,
      gap: fair.json()[0]!['metrics'].demographic_parity_difference as number,
    };
  }

  it('brings the groups’ selection rates together, at a price in accuracy that grows with the strength', async () => {
    const plain = await trained();
    const reweighed = await trained({ method: 'reweighing' });
    const weak = await trained({ method: 'covariance', strength: 3 });
    const strong = await trained({ method: 'covariance', strength: 100 });
    assert.ok(plain.gap > 0.4, `the data are unfair: ${plain.gap}`);
    // Incomes differ between the groups, so that a gap remains which no weights of rows take away.
    assert.ok(reweighed.gap < plain.gap - 0.1, `reweighing: ${plain.gap} -> ${reweighed.gap}`);
    assert.ok(weak.gap < plain.gap && strong.gap < weak.gap, `${plain.gap} > ${weak.gap} > ${strong.gap}`);
    assert.ok(strong.gap < 0.12, `strong: ${strong.gap}`);
    assert.ok(plain.accuracy > strong.accuracy, 'fairness has its price in these data');
    assert.ok(strong.accuracy > 0.6, `it still decides: ${strong.accuracy}`);
  });

  it('gives the same numbers twice', async () => {
    assert.deepEqual(await trained({ method: 'reweighing' }), await trained({ method: 'reweighing' }));
  });

  it('says what is missing', async () => {
    const file = write({ method: 'covariance', strength: 1, positive: 'perhaps' });
    const { code, err } = await vitrine('train', file);
    assert.notEqual(code, 0);
    assert.match(err, /mitigate\.positive is "perhaps", which is no class/);
  });
});
