/** What a recipe may ask of training, with the real engine: schedules, accumulation, early stopping, live changes. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { readSafetensors } from '../../../src/formats/safetensors/read';
import { VitrineError } from '../../../src/model/errors';
import type { Model, Tensors } from '../../../src/model/graph';
import { RunControl } from '../../../src/train/loop/control';
import type { Recipe } from '../../../src/train/loop/recipe';
import { type RunEvent, runFiles } from '../../../src/train/runs/run';
import { type TrainRequest, train } from '../../../src/train/train';
import { linearDataset, linearModel } from './_fakes';

const model: Model = {
  ...linearModel,
  nodes: [{ ...linearModel.nodes[0]!, attributes: { transB: 1 } }],
  parameters: linearModel.parameters.map(p => (p.name === 'w' ? { ...p, shape: [1, 3] } : p)),
};

/** The same with half of its inputs dropped in training, by chance. */
const dropping: Model = {
  ...model,
  values: { ...model.values, d: { id: 'd', dtype: 'float32', shape: ['N', 3] } },
  nodes: [
    { id: 'drop', op: 'Dropout', module: '', inputs: ['x'], outputs: ['d'], attributes: { ratio: 0.5 } },
    { ...model.nodes[0]!, inputs: ['d', 'w', 'b'] },
  ],
};

const base: Recipe = {
  loss: { name: 'mse' },
  optimizer: { name: 'SGD', options: { momentum: 0.9 } },
  learningRate: 0.02,
  epochs: 5,
  batchSize: 4,
};

describe('recipes', function () {
  this.timeout(20_000);
  let engine: Engine;
  let home: string;
  let runs = 0;
  before(async () => {
    engine = await createEngine();
    home = mkdtempSync(join(tmpdir(), 'vitrine-recipe-'));
  });
  after(async () => {
    await engine.dispose();
    rmSync(home, { recursive: true, force: true });
  });

  function request(recipe: Partial<Recipe>, change: Partial<TrainRequest> = {}): TrainRequest {
    const runFolder = change.runFolder ?? join(home, `run${runs++}`);
    mkdirSync(runFolder, { recursive: true });
    return {
      experiment: { file: join(home, 'a.vitrine.json'), text: '{}\n', recipe: { ...base, ...recipe } },
      model,
      dataset: linearDataset(),
      engine,
      seed: 1,
      checkpointEvery: { least: 1e9, most: 1e9 },
      ...change,
      runFolder,
    };
  }

  const weightsOf = async (folder: string, file: 'weights' | 'best' = 'weights'): Promise<Tensors> =>
    (await readSafetensors(join(folder, runFiles[file]))).tensors;

  const epochsOf = (events: RunEvent[]) =>
    events.flatMap(e => (e.event === 'epoch' ? [{ epoch: e.epoch, train: e.train, valid: e.valid }] : []));

  it('adds up batches to the step of one large batch, the last of an epoch being smaller', async () => {
    const [small, large] = [request({ accumulate: 3 }), request({ batchSize: 12 })];
    const update = { accumulate: true };
    await train({
      ...small,
      experiment: { ...small.experiment, recipe: { ...small.experiment.recipe, update } },
    });
    await train(large);
    const [a, b] = [await weightsOf(small.runFolder), await weightsOf(large.runFolder)];
    for (const name of ['w', 'b'])
      a[name]!.data.forEach((v, i) => {
        assert.ok(Math.abs(v - b[name]!.data[i]!) < 1e-6, `${name}[${i}]: ${v}, not ${b[name]!.data[i]}`);
      });
  });

  it('adds up sums as they are: the step of the mean, as many times as there are rows', async () => {
    const loss = { name: 'mse', options: { reduction: 'sum' } };
    const update = { accumulate: true };
    const dataset = linearDataset(44);
    const [sums, mean] = [
      request({ accumulate: 3, loss, update, learningRate: base.learningRate / 12 }, { dataset }),
      request({ batchSize: 12 }, { dataset }),
    ];
    const [a, b] = [await train(sums), await train(mean)];
    for (const figure of ['loss', 'mae'])
      assert.ok(Math.abs(a.test![figure]! - b.test![figure]!) < 1e-3 * b.test![figure]!, figure);
  });

  const all: Partial<Recipe>[] = [
    { schedule: { name: 'OneCycleLR' } },
    { schedule: { name: 'ReduceLROnPlateau', patience: 0, threshold: 0.5 } },
    {
      schedule: { name: 'StepLR', step_size: 1, gamma: 0.7 },
      accumulate: 3,
      update: { accumulate: true, clip: { norm: 0.5 }, average: { decay: 0.9 }, freeze: ['b'] },
    },
    { optimizer: { name: 'SGD', options: {}, groups: [{ parameters: ['b'] }] }, groupRates: [0.1] },
    { earlyStopping: { patience: 2, minDelta: 0.01 }, update: { average: { decay: 0.5 } } },
  ];
  const resumed: [string, Partial<Recipe>, Partial<TrainRequest>][] = [
    ...all.map((r): [string, Partial<Recipe>, Partial<TrainRequest>] => [JSON.stringify(r), r, {}]),
    ['dropout, accumulated', { accumulate: 2, update: { accumulate: true } }, { model: dropping }],
  ];
  for (const [name, recipe, change] of resumed) {
    it(`resumes bit for bit: ${name}`, async () => {
      const events: RunEvent[] = [];
      const whole = request(recipe, { ...change, onEvent: e => events.push(e) });
      const expected = await train(whole);
      for (const cut of [5, 14]) {
        const control = new RunControl();
        let steps = 0;
        const counted: Engine = {
          ...engine,
          trainer: async (...of) => {
            const t = await engine.trainer(...of);
            const { step } = t;
            t.step = async (...args) => {
              if (++steps === cut) control.stop();
              return step.apply(t, args);
            };
            return t;
          },
        };
        const parts: RunEvent[] = [];
        const part = request(recipe, { ...change, engine: counted, control, onEvent: e => parts.push(e) });
        const record = await train(part);
        assert.equal(record.state, 'stopped');
        const again: RunEvent[] = [];
        const end = await train(
          request(recipe, {
            ...change,
            runFolder: part.runFolder,
            resume: record,
            onEvent: e => again.push(e),
          }),
        );
        assert.deepEqual(end.test, expected.test);
        assert.equal(end.keptEpoch, expected.keptEpoch);
        assert.equal(end.epochsDone, expected.epochsDone);
        assert.deepEqual([...epochsOf(parts), ...epochsOf(again)], epochsOf(events));
        assert.deepEqual(await weightsOf(part.runFolder), await weightsOf(whole.runFolder));
      }
    });
  }

  it('ends early, keeps the best weights, tests with them, and says so', async () => {
    const r = request({ epochs: 60, learningRate: 0.11, earlyStopping: { patience: 3, minDelta: 0 } });
    const events: RunEvent[] = [];
    const record = await train({ ...r, onEvent: e => events.push(e) });
    const losses = epochsOf(events).map(e => e.valid['loss']!);
    const best = losses.indexOf(Math.min(...losses)) + 1;
    assert.equal(record.state, 'finished');
    assert.ok(record.epochsDone < 60, `${record.epochsDone} epochs`);
    assert.equal(record.epochsDone, best + 3);
    assert.equal(record.keptEpoch, best);
    assert.match(
      record.message!,
      /^Ended early, after epoch \d+: "loss" has not become better for 3 epochs\. .*best/,
    );
    assert.deepEqual(await weightsOf(r.runFolder), await weightsOf(r.runFolder, 'best'));
    // Up to that epoch the same run without stopping has the same numbers.
    const plain = await train(request({ epochs: best, learningRate: 0.11 }));
    assert.deepEqual(plain.test, record.test);
  });

  it('keeps the best weights by a metric that is better when higher', async () => {
    const r = request({ epochs: 8, learningRate: 0.11, keep: 'best', monitor: 'r2' });
    const events: RunEvent[] = [];
    const record = await train({ ...r, onEvent: e => events.push(e) });
    const scores = epochsOf(events).map(e => e.valid['r2']!);
    assert.equal(record.keptEpoch, scores.indexOf(Math.max(...scores)) + 1);
  });

  it('tests and keeps averaged weights', async () => {
    const r = request({ update: { average: { decay: 0.99 } } });
    await train(r);
    const plain = request({});
    await train(plain);
    assert.notDeepEqual(await weightsOf(r.runFolder), await weightsOf(plain.runFolder));
  });

  it('takes another learning rate while it runs, in proportion, and remembers it', async () => {
    const control = new RunControl();
    const rates: number[] = [];
    const counted: Engine = {
      ...engine,
      trainer: async (...of) => {
        const t = await engine.trainer(...of);
        const { step } = t;
        t.step = async (feeds, targets, options) => {
          rates.push(options.learningRate);
          if (rates.length === 3) control.setLearningRate(0.004);
          if (rates.length === 12) control.stop();
          return step.call(t, feeds, targets, options);
        };
        return t;
      },
    };
    const recipe: Partial<Recipe> = { schedule: { name: 'StepLR', step_size: 1, gamma: 0.5 } };
    const messages: string[] = [];
    const r = request(recipe, {
      engine: counted,
      control,
      onEvent: e => e.event === 'state' && e.message && messages.push(e.message),
    });
    const record = await train(r);
    const near = (got: number, expected: number) => assert.ok(Math.abs(got - expected) < 1e-9, `${got}`);
    near(rates[2]!, 0.02);
    near(rates[3]!, 0.004);
    near(rates[8]!, 0.002);
    assert.match(messages[0]!, /learning rate is 0\.004 from step 4 on/);
    await train(request(recipe, { runFolder: r.runFolder, engine: counted, resume: record }));
    near(rates[12]!, 0.002);
    near(rates.at(-1)!, 0.00025);
  });

  for (const [recipe, message] of [
    [{ monitor: 'f1' }, /monitor is "f1", which this run does not track.*r2/],
    [{ schedule: { name: 'ReduceLROnPlateau', monitor: 'accuracy' } }, /schedule\.monitor is "accuracy"/],
  ] as [Partial<Recipe>, RegExp][]) {
    it(`refuses before anything is written: ${JSON.stringify(recipe)}`, async () => {
      const r = request(recipe);
      await assert.rejects(train(r), e => e instanceof VitrineError && message.test(e.message));
      assert.ok(!existsSync(join(r.runFolder, runFiles.record)) && readdirSync(r.runFolder).length === 0);
    });
  }
});
