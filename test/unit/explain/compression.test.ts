import assert from 'node:assert/strict';
import type { Dataset } from '../../../src/data/dataset';
import { type ExplainCall, explain } from '../../../src/explain/explain';
import type { TableFigure } from '../../../src/explain/figure';
import { Random } from '../../../src/model/random';
import { engine } from './_engine';
import { memoryData, network, tensor } from './_nets';
import { tableWorld, type World } from './_worlds';

describe('weights with less in them', () => {
  let world: World;
  before(async function () {
    this.timeout(60_000);
    world = await tableWorld();
  });

  const ask = (method: string, more: Partial<ExplainCall> = {}) =>
    explain({ engine, ...world, loss: { name: 'cross_entropy' }, method, ...more });
  const rowsOf = (e: Awaited<ReturnType<typeof ask>>) =>
    (e.figures!.find(f => f.kind === 'table') as TableFigure).rows.map(r => r.map(String));

  for (const method of ['weight_precision', 'weight_pruning'])
    it(`${method}: stops at the last level before answers are lost, and says so in both languages`, async () => {
      const e = await ask(method, { options: { keep: 0.95 } });
      const kept = rowsOf(e).map(r => Number.parseFloat(r[2]!));
      const bad = kept.findIndex(k => k < 95);
      assert.ok(bad > 0, `levels of ${method} keep ${kept}`);
      const { same, rows, ownScore, enough } = e.facts!;
      assert.ok(Math.abs(100 * same! - kept[bad - 1]!) < 0.051);
      assert.equal(rows, 40);
      assert.ok(ownScore! > 0.9);
      assert.match(
        e.text,
        method === 'weight_precision' ? new RegExp(`^${enough} bits a weight`) : /do without/,
      );
      assert.match(e.text, /The most sensitive layer is (hidden|out): with/);
      assert.deepEqual(e.attribution.names, ['hidden', 'out']);
      assert.deepEqual(e.layers, ['hidden', 'out']);
      assert.notEqual(e.trust.verdict, 'poor');
      assert.match((await ask(method, { language: 'zh' })).text, /最敏感的层|没有特别敏感的层/);
    });

  it('says that a model needs what it has when the gentlest level already breaks it', async () => {
    const e = await ask('weight_pruning', { options: { keep: 1 } });
    if (e.facts!['enough'] === 0) assert.match(e.text, /^It needs its weights: already without/);
    const all = await ask('weight_precision', { options: { keep: 0 } });
    assert.equal(all.facts!['enough'], 2);
  });

  it('holds numbers to their own variance', async () => {
    const random = new Random(5, 'numbers');
    const weight = Float32Array.from({ length: 4 }, () => random.normal());
    const inputs = Array.from({ length: 60 }, () => Array.from({ length: 4 }, () => random.normal()));
    const targets = inputs.map(x => x.reduce((s, v, i) => s + v * weight[i]!, 0));
    const linear = network([4], [{ op: 'Linear', weight: tensor([1, 4], weight) }]);
    const e = await explain({
      engine,
      ...linear,
      dataset: memoryData({ inputs, targets }),
      loss: { name: 'mse_loss' },
      method: 'weight_precision',
    });
    assert.match(e.text, /of the variance of its answers to 30 rows stays/);
    assert.ok(e.facts!['same']! >= 0.99 && e.facts!['ownScore']! > 0.999);
  });

  it('refuses a model without matrices, and stops when cancelled', async () => {
    const bare = network([8], [{ op: 'Relu' }]);
    await assert.rejects(ask('weight_precision', { ...bare, dataset: world.dataset }), {
      code: 'bad-request',
      message: /no weight of two or more axes/,
    });
    const stop = new AbortController();
    const started = ask('weight_pruning', { signal: stop.signal, onProgress: () => stop.abort() });
    await assert.rejects(started, { code: 'cancelled' });
  });
});

describe('data whose right answers nobody knows', () => {
  let untold: World & { dataset: Dataset };
  before(async function () {
    this.timeout(60_000);
    const world = await tableWorld();
    const { dataset } = world;
    // What stands there came about by chance.
    const random = new Random(6, 'chance');
    const batch: Dataset['batch'] = rows => {
      const { input, targets } = dataset.batch(rows);
      return { input, targets: { ...targets, data: Int32Array.from(rows, () => random.integer(2)) } };
    };
    const target = { ...dataset.target, untold: true as const };
    untold = { ...world, dataset: { ...dataset, target, batch } };
  });

  const ask = (method: string, more: Partial<ExplainCall> = {}) =>
    explain({ engine, ...untold, loss: { name: 'ppo' }, method, ...more });

  it('explains without holding the model to them', async () => {
    const e = await ask('integrated_gradients', { row: 150 });
    assert.equal(e.context?.sureness, undefined);
    assert.equal(e.context?.similar, undefined);
    assert.doesNotMatch(e.text, /it is right in|training rows most like|guess/);
    assert.ok(!e.trust.measures.some(m => m.id === 'model_learned'));
    const whole = await ask('weight_precision');
    assert.equal(whole.facts!['score'], undefined);
    assert.doesNotMatch(whole.text, /Accuracy/);
  });

  it('refuses what needs them', async () => {
    for (const method of ['confusion', 'calibration', 'error_slices', 'permutation_importance'])
      await assert.rejects(ask(method), { code: 'bad-request', message: /nobody knows/ });
  });
});
