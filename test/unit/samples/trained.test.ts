import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { type OpenRun, openRun } from '../../../src/train/open/openRun';
import { predictRows } from '../../../src/train/predict/predictRows';
import { historyOf } from '../../../src/train/runs/history';
import { readRun, readRunExperiment } from '../../../src/train/runs/runs';
import { experimentOf } from '../../../src/train/setup/assemble';

const root = path.resolve('media/samples');
const samples = readdirSync(root).filter(name => existsSync(path.join(root, name, 'sample.json')));

/** Enough rows to tell a trained model from another; the samples' own suites train and test them whole. */
const rowsAsked = 200;

async function accuracy(run: OpenRun, engine: Engine): Promise<number | undefined> {
  const dataset = await run.dataset();
  const rows = dataset.splits.test.slice(0, rowsAsked);
  const { input, targets } = dataset.batch(rows);
  const predictions = await predictRows({
    engine,
    model: run.model,
    weights: await run.weights(),
    input,
    target: dataset.target,
    ...(dataset.parts && { parts: dataset.parts }),
    loss: run.experiment.loss,
  });
  for (const p of predictions) assert.ok(p.output.every(Number.isFinite));
  if (predictions[0]?.class === undefined || targets.data.length !== rows.length) return undefined;
  return predictions.filter((p, i) => p.class === targets.data[i]).length / rows.length;
}

describe('What ships trained', () => {
  let engine: Engine;
  before(async () => {
    engine = await createEngine({ backend: 'webasm' });
  });
  after(() => engine.dispose());

  it('has ids of their own, so that samples in one workspace do not answer for each other', () => {
    const ids = samples.flatMap(name => {
      const trained = path.join(root, name, 'trained');
      return existsSync(trained) ? readdirSync(trained) : [];
    });
    assert.equal(new Set(ids).size, ids.length);
  });

  for (const name of samples) {
    const experiments = readdirSync(path.join(root, name)).filter(f => f.endsWith('.vitrine.json'));
    const trained = path.join(root, name, 'trained');

    it(`${name}: a run of each experiment as it is now, and predictions as good as it says`, async () => {
      const runs = readdirSync(trained).map(id => path.join(trained, id));
      const records = await Promise.all(runs.map(async run => (await readRun(run)).record));
      assert.deepEqual(
        records.map(r => path.basename(r.experiment)).sort(),
        [...experiments].sort(),
        'npm run samples trains them anew',
      );
      for (const [i, run] of runs.entries()) {
        const { experiment, model, state, test } = records[i]!;
        assert.equal(state, 'finished');
        assert.ok(existsSync(experiment) && existsSync(model.file));
        // What decides the weights is what the sample says now.
        const now = await experimentOf(experiment);
        const then = await experimentOf(experiment, { text: await readRunExperiment(run) });
        assert.deepEqual(then, now, 'npm run samples trains it anew');
        const text = readFileSync(path.join(run, 'model.json'), 'utf8');
        assert.doesNotMatch(text, /"file":"(\/|[A-Za-z]:)/);
        if (now.data.kind === 'environment') continue;
        const measured = await accuracy(await openRun(run), engine);
        if (measured !== undefined && test?.['accuracy'] !== undefined)
          assert.ok(Math.abs(measured - test['accuracy']) < 0.05, `${measured}, says ${test['accuracy']}`);
      }
    });
  }

  it('states its figures beside those of the authorities, none more than a point worse', () => {
    const { status, stderr } = spawnSync(process.execPath, ['test/harness/sampleFigures.mjs', '--check'], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
  });

  it('keeps the curve of single steps, thinned', async () => {
    for (const name of ['char-gpt', 'digits', 'cartpole']) {
      const [id] = readdirSync(path.join(root, name, 'trained'));
      const { events } = await readRun(path.join(root, name, 'trained', id!));
      const { steps } = historyOf(events);
      assert.ok(steps.step.length > 20 && steps.step.length <= 300, `${name}: ${steps.step.length}`);
    }
  });

  it('goes where its folder goes', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'vitrine-moved-'));
    try {
      const [id] = readdirSync(path.join(root, 'iris/trained'));
      cpSync(path.join(root, 'iris'), path.join(folder, 'a'), { recursive: true });
      const at = (where: string) => path.join(folder, where, '.vitrine/runs', id!);
      cpSync(path.join(folder, 'a/trained', id!), at('a'), { recursive: true });
      for (const where of ['a', 'b']) {
        if (where === 'b') cpSync(path.join(folder, 'a'), path.join(folder, 'b'), { recursive: true });
        const run = await openRun(path.join(folder, where, 'iris.vitrine.json'));
        assert.equal(run.record.experiment, path.join(folder, where, 'iris.vitrine.json'));
        assert.equal(run.record.model.file, path.join(folder, where, 'iris.py'));
        assert.equal(run.trained.definition?.file, path.join(folder, where, 'iris.py'));
        assert.ok((await run.dataset()).splits.test.length > 0);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
