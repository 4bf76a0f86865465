import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { layerRun } from '../../../src/service/inquiries/layerRun';
import { timingRun } from '../../../src/service/inquiries/timingRun';
import { openRun } from '../../../src/train/open/openRun';
import { vitrine } from '../cli/_shell';
import { Workspace } from './_workspace';

describe('The layers of a trained run', function () {
  this.timeout(60_000);
  const workspace = new Workspace();
  const signal = new AbortController().signal;
  let engine: Engine;
  let run: string;

  before(async () => {
    run = workspace.sample('iris', { epochs: 20 });
    assert.equal((await vitrine('train', run)).code, 0);
    engine = await createEngine({ backend: 'webasm' });
  });

  after(async () => {
    await engine.dispose();
    workspace.dispose();
  });

  it('take time forward and back, each node its own', async () => {
    const { model } = await openRun(run);
    const { rows, backward, seconds } = await timingRun({ run }, signal);
    assert.ok(backward && rows > 0);
    const linear = model.nodes.filter(n => n.module !== '').map(n => n.id);
    for (const id of linear) assert.ok(seconds[id]! > 0, `${id} took time`);
    const known = new Set(model.nodes.map(n => n.id));
    for (const [id, s] of Object.entries(seconds)) assert.ok(known.has(id) && s < 1, `${id}: ${s} s`);
  });

  it('attend to what the weights say', async () => {
    const focus = await layerRun({ run, module: 'layers.0' }, async () => engine);
    assert.equal(focus.units, 16);
    assert.deepEqual(focus.inputs!.names, ['sepal_length', 'sepal_width', 'petal_length', 'petal_width']);
    // The layer is linear: its summed activation moves with a column as the column's weights add up.
    const opened = await openRun(run);
    const dataset = await opened.dataset();
    const weight = (await opened.weights())['layers.0.weight']!;
    const rows = dataset.splits.test.subarray(0, 200);
    const { input } = dataset.batch(rows);
    const expected = [0, 1, 2, 3].map(k => {
      let sum = 0;
      for (let u = 0; u < 16; u++) sum += Number(weight.data[u * 4 + k]);
      let mean = 0;
      for (let r = 0; r < rows.length; r++) mean += Math.abs(Number(input.data[r * 4 + k]) * sum);
      return mean / rows.length;
    });
    focus.inputs!.values.forEach((v, k) => {
      assert.ok(Math.abs(v - expected[k]!) < 1e-4 * Math.max(1, expected[k]!), `${v} is ${expected[k]}`);
    });
  });

  it('name for each unit the rows that excite it most, by the bias and the weights', async () => {
    const focus = await layerRun({ run, module: 'layers.0' }, async () => engine);
    const opened = await openRun(run);
    const dataset = await opened.dataset();
    const weights = await opened.weights();
    const [w, b] = [weights['layers.0.weight']!.data, weights['layers.0.bias']!.data];
    const rows = Array.from(dataset.splits.test.subarray(0, 200));
    const { input } = dataset.batch(rows);
    const { unit, top } = focus.shown[0]!;
    const activation = (r: number) =>
      [0, 1, 2, 3].reduce(
        (s, k) => s + Number(w[unit * 4 + k]) * Number(input.data[r * 4 + k]),
        Number(b[unit]),
      );
    const best = Math.max(...rows.map((_, r) => activation(r)));
    assert.ok(Math.abs(top[0]!.value - best) < 1e-4);
    assert.ok(top[0]!.value >= top[1]!.value && top[1]!.value >= top[2]!.value);
  });

  it('are named when there is no such layer', async () => {
    await assert.rejects(
      layerRun({ run, module: 'layers.9' }, async () => engine),
      /no inner layer "layers\.9".*layers\.0/,
    );
  });

  it('are let go when nobody waits', async () => {
    const abort = new AbortController();
    abort.abort();
    const cancelled = (e: { code?: string }) => e.code === 'cancelled';
    await assert.rejects(timingRun({ run }, abort.signal), cancelled);
    await assert.rejects(
      layerRun({ run, module: 'layers.0' }, async () => engine, { signal: abort.signal }),
      cancelled,
    );
  });
});
