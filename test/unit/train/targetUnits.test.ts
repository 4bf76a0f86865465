import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import { VitrineError } from '../../../src/model/errors';
import { inTargetUnits, targetUnitsOf, unitsWithin } from '../../../src/train/setup/targetUnits';
import { linearDataset, linearModel } from './_fakes';

describe('A target in units of its spread', () => {
  it('has the training rows’ mean and deviation', () => {
    const dataset = linearDataset(50);
    const targets = Array.from(dataset.batch(dataset.splits.train).targets.data);
    const mean = targets.reduce((a, b) => a + b, 0) / targets.length;
    const { shift, scale } = targetUnitsOf(dataset, 'mse');
    assert.ok(Math.abs(shift - mean) < 1e-6);
    const spread = Math.sqrt(targets.reduce((s, y) => s + (y - mean) ** 2, 0) / targets.length);
    assert.ok(Math.abs(scale - spread) < 1e-6);
  });

  it('is refused where the target is a class, or the loss gives zero a meaning', () => {
    const dataset = linearDataset(50);
    const refused = (message: RegExp) => (e: unknown) =>
      e instanceof VitrineError && e.code === 'bad-experiment' && message.test(e.message);
    const classes = linearDataset(50, { target: { name: 'ill', kind: 'classes', classes: ['no', 'yes'] } });
    assert.throws(() => targetUnitsOf(classes, 'cross_entropy'), refused(/"ill" is a class/));
    assert.throws(
      () => targetUnitsOf(dataset, 'poisson_nll'),
      refused(/"poisson_nll" takes the target as it is/),
    );
  });

  it('gives the model the target’s own units, and the loss those of the spread', async () => {
    const units = { shift: 5000, scale: 250 };
    const linear = {
      ...linearModel,
      values: { ...linearModel.values, w: { id: 'w', dtype: 'float32' as const, shape: [3, 1] } },
      parameters: linearModel.parameters.map(p => (p.name === 'w' ? { ...p, shape: [3, 1] } : p)),
    };
    const model = inTargetUnits(linear, units);
    assert.deepEqual(unitsWithin(model), units);
    assert.equal(unitsWithin(linear), undefined);
    const engine = await createEngine({ backend: 'cpu' });
    const weights = {
      w: { shape: [3, 1], data: Float32Array.of(0.5, -1, 2) },
      b: { shape: [1], data: Float32Array.of(0.25) },
      'y:scale': { shape: [1], data: Float32Array.of(250) },
      'y:shift': { shape: [1], data: Float32Array.of(5000) },
    };
    const x = { shape: [2, 3], data: Float32Array.of(1, 2, 3, -1, 0, 1) };
    const raw = [0.5 - 2 + 6 + 0.25, -0.5 + 2 + 0.25];
    const targets = { shape: [2, 1], data: Float32Array.of(5500, 4900) };
    const evaluator = await engine.evaluator(model, {
      bindings: { N: 2 },
      weights,
      loss: { name: 'mse', units },
    });
    try {
      const { values, loss } = await evaluator.run({ x }, { targets });
      const own = values[model.outputs[0]!]!.data;
      raw.forEach((y, i) => {
        assert.ok(Math.abs(own[i]! - (y * 250 + 5000)) < 0.01);
      });
      const wanted = ((raw[0]! - 2) ** 2 + (raw[1]! + 0.4) ** 2) / 2;
      assert.ok(Math.abs(loss! - wanted) < 1e-4, `${loss} ${wanted}`);
    } finally {
      await evaluator.dispose();
      await engine.dispose();
    }
  });
});
