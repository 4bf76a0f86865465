import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { explain } from '../../../src/explain/explain';
import { type OpenRun, openRun } from '../../../src/train/open/openRun';
import { predictRows } from '../../../src/train/predict/predictRows';

const folder = path.resolve('media/samples/breast-cancer');
const text = readFileSync(path.join(folder, 'CASE.md'), 'utf8');
const row = 190;

/** What the case analysis tells is what the run that ships says. */
describe('The case of breast-cancer', () => {
  let engine: Engine;
  let run: OpenRun;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
    run = await openRun(path.join(folder, 'trained', readdirSync(path.join(folder, 'trained'))[0]!));
  });
  after(() => engine.dispose());

  const predict = async (values: Record<string, string | number | null>) => {
    const [p] = await predictRows({
      engine,
      model: run.model,
      weights: await run.weights(),
      input: run.preparation.prepare([values]),
      target: run.preparation.target,
      loss: run.experiment.loss,
    });
    return p!;
  };

  it('is a patient whom it did not learn from, whom the model misses, and is sure of', async () => {
    const dataset = await run.dataset();
    const { split, target, values } = dataset.raw(row);
    assert.deepEqual([split, target], ['valid', 'malignant']);
    const { label, probability } = await predict(values);
    assert.equal(label, 'benign');
    assert.ok(probability! > 0.999);
    assert.match(text, /Patient 190,[^.]*malignant/);
  });

  it('rests on one measurement, and another value of it turns the answer', async () => {
    const dataset = await run.dataset();
    const { values } = dataset.raw(row);
    const { attribution, text: told } = await explain({
      engine,
      model: run.explained,
      weights: await run.weights(),
      dataset,
      loss: { name: run.experiment.loss },
      method: 'integrated_gradients',
      row,
    });
    const names = dataset.features.map(f => f.name);
    const size = Array.from(attribution.values, Math.abs);
    const strongest = size.indexOf(Math.max(...size));
    assert.equal(names[strongest], 'compactness_error');
    const share = size[strongest]! / size.reduce((a, b) => a + b, 0);
    assert.equal(Math.round(share * 100), 30);
    assert.match(told, /compactness_error = 0\.1354/);
    assert.equal((await predict({ ...values, compactness_error: 0.082 })).label, 'malignant');
  });
});
