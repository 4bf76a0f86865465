import assert from 'node:assert/strict';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readSafetensors } from '../../../src/formats/safetensors/read';
import { VitrineError } from '../../../src/model/errors';
import type { Initializer, Model } from '../../../src/model/graph';
import { RunControl } from '../../../src/train/loop/control';
import type { Recipe } from '../../../src/train/loop/recipe';
import { readCheckpoint } from '../../../src/train/runs/checkpoint';
import { type RunEvent, runFiles } from '../../../src/train/runs/run';
import { newRunId } from '../../../src/train/runs/runFolder';
import { listRuns, readRun, readRunModel, readRunWeights } from '../../../src/train/runs/runs';
import { type TrainRequest, train } from '../../../src/train/train';
import { fakeEngine, linearDataset, linearModel } from './_fakes';

const recipe: Recipe = {
  loss: { name: 'mse' },
  optimizer: { name: 'SGD', options: { momentum: 0.9 } },
  learningRate: 0.01,
  epochs: 6,
  batchSize: 8,
};
/** A checkpoint at every opportunity. */
const always = { least: 0, most: 0 };

let home: string;
let runs: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'vitrine-train-'));
  runs = join(home, '.vitrine', 'runs');
  mkdirSync(runs, { recursive: true });
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

function request(change: Partial<TrainRequest> & { recipe?: Partial<Recipe> } = {}): TrainRequest {
  const { recipe: other, ...rest } = change;
  const runFolder = rest.runFolder ?? join(runs, newRunId());
  mkdirSync(runFolder, { recursive: true });
  return {
    experiment: { file: join(home, 'a.vitrine.json'), text: '{}\n', recipe: { ...recipe, ...other } },
    model: linearModel,
    dataset: linearDataset(),
    engine: fakeEngine(),
    seed: 1,
    ...rest,
    runFolder,
  };
}

const weightsOf = async (folder: string) => (await readSafetensors(join(folder, runFiles.weights))).tensors;

/** What a run says, without what depends on the clock. */
function numbers(events: readonly RunEvent[]) {
  return events.filter(e => e.event === 'epoch').map(({ epoch, train, valid }) => ({ epoch, train, valid }));
}

describe('train', () => {
  it('learns, tells each epoch, and leaves a folder that reads back', async () => {
    const events: RunEvent[] = [];
    const r = request({ onEvent: e => events.push(e), recipe: { epochs: 200 } });
    const record = await train(r);
    assert.equal(record.state, 'finished');
    assert.equal(record.epochsDone, 200);
    assert.ok(record.test!['loss']! < 1e-3, `the test loss is ${record.test!['loss']}`);
    assert.ok(record.test!['r2']! > 0.999);
    const start = events[0]!;
    assert.ok(start.event === 'start' && start.steps === 200 * 4 && start.parameters === 4);
    assert.equal(events.filter(e => e.event === 'epoch').length, 200);
    assert.equal(events.at(-1)!.event, 'end');
    const read = await readRun(r.runFolder);
    assert.deepEqual(read.record, record);
    assert.deepEqual(numbers(read.events), numbers(events));
    const model = await readRunModel(r.runFolder);
    assert.deepEqual(model, linearModel);
    assert.deepEqual(Object.keys(await readRunWeights(r.runFolder, model)).sort(), ['b', 'w']);
    assert.deepEqual(
      (await listRuns(home)).map(x => x.id),
      [record.id],
    );
    assert.deepEqual(
      readdirSync(r.runFolder).filter(f => f.endsWith('.tmp')),
      [],
    );
  });

  it("keeps in its weights what state_dict has: numbers that stand in the code are the snapshot's", async () => {
    const half = (initializer: Initializer): Model => ({
      ...linearModel,
      parameters: [
        ...linearModel.parameters,
        { name: '0.5', dtype: 'float32', shape: [1], kind: 'constant', trainable: false, initializer },
      ],
    });
    const model = half({ kind: 'values', values: [0.5] });
    const r = request({ model });
    await train(r);
    assert.deepEqual(Object.keys(await weightsOf(r.runFolder)).sort(), ['b', 'w']);
    const read = await readRunWeights(r.runFolder, await readRunModel(r.runFolder));
    assert.deepEqual(read['0.5'], { shape: [1], data: Float32Array.of(0.5) });
    // One whose value was given from elsewhere is nowhere else.
    const given = request({ model, weights: { '0.5': { shape: [1], data: Float32Array.of(7) } } });
    await train(given);
    assert.deepEqual((await weightsOf(given.runFolder))['0.5']?.data, Float32Array.of(7));
  });

  it('gives the same numbers for the same seed, and others for another', async () => {
    const [a, b, c] = [request(), request(), request({ seed: 2 })];
    for (const r of [a, b, c]) await train(r);
    assert.deepEqual(await weightsOf(a.runFolder), await weightsOf(b.runFolder));
    assert.deepEqual(
      numbers((await readRun(a.runFolder)).events),
      numbers((await readRun(b.runFolder)).events),
    );
    assert.notDeepEqual(await weightsOf(a.runFolder), await weightsOf(c.runFolder));
  });

  for (const steps of [1, 3, 4, 9, 23]) {
    it(`stopped after ${steps} steps and resumed, ends bit for bit where it would have`, async () => {
      const whole = request();
      await train(whole);
      const control = new RunControl();
      const engine = fakeEngine({ beforeStep: n => (n === steps - 1 ? control.stop() : undefined) });
      const part = request({ engine, control, checkpointEvery: always });
      const record = await train(part);
      assert.equal(record.state, 'stopped');
      const again = await train({ ...part, engine: fakeEngine(), control: new RunControl(), resume: record });
      assert.equal(again.state, 'finished');
      assert.deepEqual(await weightsOf(part.runFolder), await weightsOf(whole.runFolder));
      assert.deepEqual(
        numbers((await readRun(part.runFolder)).events),
        numbers((await readRun(whole.runFolder)).events),
      );
      assert.deepEqual(again.test, (await readRun(whole.runFolder)).record.test);
      const best = async (folder: string) => readSafetensors(join(folder, runFiles.best));
      assert.deepEqual(await best(part.runFolder), await best(whole.runFolder));
    });
  }

  it('killed without warning and resumed from an older checkpoint, ends the same', async () => {
    const whole = request();
    await train(whole);
    const killed = request({
      engine: fakeEngine({
        beforeStep(n) {
          if (n === 14) throw new Error('killed');
        },
      }),
      checkpointEvery: { least: 0, most: 1e9 },
    });
    await assert.rejects(train(killed), /killed/);
    // As if nobody could write the end down: it still says that it runs, and half a line was being written.
    const { record } = await readRun(killed.runFolder);
    const file = join(killed.runFolder, runFiles.metrics);
    writeFileSync(file, `${readFileSync(file, 'utf8')}{"event":"epo`);
    await train({ ...killed, engine: fakeEngine(), resume: { ...record, state: 'running' } });
    assert.deepEqual(await weightsOf(killed.runFolder), await weightsOf(whole.runFolder));
    const { events } = await readRun(killed.runFolder);
    assert.deepEqual(numbers(events), numbers((await readRun(whole.runFolder)).events));
    assert.deepEqual(
      events.filter(e => e.event === 'start').map(e => e.resumedFrom),
      [undefined, 3],
    );
  });

  for (const [when, losesAt] of [
    ['before the first checkpoint', 2],
    ['after two epochs', 9],
  ] as const)
    it(`goes on from the last checkpoint on the CPU when the GPU is lost ${when}, to the same numbers`, async () => {
      const whole: RunEvent[] = [];
      await train(request({ onEvent: e => whole.push(e) }));
      const gpu = fakeEngine({
        beforeStep(step) {
          if (step === losesAt)
            throw new VitrineError('device-lost', 'The backend "webgpu" was lost: unplugged. Try again.');
        },
      });
      let asked = 0;
      const events: RunEvent[] = [];
      const r = request({
        engine: gpu,
        fallback: async () => {
          asked++;
          return fakeEngine();
        },
        checkpointEvery: { least: 0, most: 1e9 },
        onEvent: e => events.push(e),
      });
      const record = await train(r);
      assert.equal(record.state, 'finished');
      assert.equal(asked, 1);
      // 4 steps an epoch.
      const resumed = events.flatMap(e => (e.event === 'start' ? [e.resumedFrom] : []));
      assert.deepEqual(resumed, [undefined, Math.floor(losesAt / 4)]);
      const told = events.flatMap(e => (e.event === 'state' && e.message ? [e.message] : []));
      assert.match(
        told[0]!,
        /webgpu" was lost: unplugged\. The run goes on from its last checkpoint on the CPU/,
      );
      assert.deepEqual(numbers(events), numbers(whole));
      assert.deepEqual(numbers((await readRun(r.runFolder)).events), numbers(whole));
    });

  it('fails with a checkpoint when the GPU is lost and nothing else is there', async () => {
    const gpu = fakeEngine({
      beforeStep(step) {
        if (step === 9)
          throw new VitrineError('device-lost', 'The backend "webgpu" was lost: unplugged. Try again.');
      },
    });
    const r = request({ engine: gpu, checkpointEvery: { least: 0, most: 1e9 } });
    await assert.rejects(train(r), /unplugged/);
    const { record } = await readRun(r.runFolder);
    assert.equal(record.state, 'failed');
    assert.equal((await readCheckpoint(join(r.runFolder, runFiles.checkpoint)))?.epoch, 2);
  });

  it('ends when the loss is no number, names the place, and keeps the last good checkpoint', async () => {
    const engine = fakeEngine({ loss: (step, loss) => (step === 9 ? Number.NaN : loss) });
    const r = request({ engine, checkpointEvery: { least: 0, most: 1e9 } });
    await assert.rejects(train(r), (e: unknown) => {
      assert.ok(e instanceof VitrineError && e.code === 'diverged');
      assert.match(
        e.message,
        /NaN in epoch 3, step 10, at a learning rate of 0\.01\. Try a lower one, e\.g\. 0\.001/,
      );
      return true;
    });
    const { record, events } = await readRun(r.runFolder);
    assert.equal(record.state, 'failed');
    assert.match(record.message!, /epoch 3, step 10/);
    assert.ok(events.some(e => e.event === 'state' && e.state === 'failed'));
    const checkpoint = await readCheckpoint(join(r.runFolder, runFiles.checkpoint));
    assert.equal(checkpoint!.epoch, 2);
    assert.ok(checkpoint!.weights['w']!.data.every(Number.isFinite));
  });

  it('never saves weights that are no numbers', async () => {
    // The loss of a step is that before its update: the last update of an epoch can go wrong unseen.
    const engine = fakeEngine();
    const broken = {
      ...engine,
      trainer: async (...args: Parameters<typeof engine.trainer>) => {
        const trainer = await engine.trainer(...args);
        return {
          ...trainer,
          weights: async () => ({
            ...(await trainer.weights()),
            b: { shape: [1], data: Float32Array.of(Number.NaN) },
          }),
        };
      },
    };
    const r = request({ engine: broken });
    await assert.rejects(train(r), /weights of "b" became NaN/);
    assert.ok(!readdirSync(r.runFolder).includes(runFiles.checkpoint));
  });

  it('pauses with a checkpoint, continues, and ends the same', async () => {
    const whole = request();
    await train(whole);
    const control = new RunControl();
    const states: string[] = [];
    const r = request({
      control,
      engine: fakeEngine({ beforeStep: n => (n === 5 ? control.pause() : undefined) }),
      onEvent(e) {
        if (e.event !== 'state') return;
        states.push(e.state);
        if (e.state === 'paused') {
          setImmediate(async () => {
            states.push((await readRun(r.runFolder)).record.state);
            assert.equal((await readCheckpoint(join(r.runFolder, runFiles.checkpoint)))!.step, 6);
            setTimeout(() => control.continue(), 400);
          });
        }
      },
    });
    const { seconds, started, ended } = await train(r);
    // The pause is no time trained.
    assert.ok(seconds! < (Date.parse(ended!) - Date.parse(started)) / 1000 - 0.3, `${seconds}`);
    assert.deepEqual(states, ['paused', 'paused', 'running']);
    assert.deepEqual(await weightsOf(r.runFolder), await weightsOf(whole.runFolder));
  });

  it('is stopped while paused', async () => {
    const control = new RunControl();
    const r = request({
      control,
      engine: fakeEngine({ beforeStep: n => (n === 2 ? control.pause() : undefined) }),
      onEvent: e => {
        if (e.event === 'state' && e.state === 'paused') setImmediate(() => control.stop());
      },
    });
    assert.equal((await train(r)).state, 'stopped');
  });

  it('ends at once when cancelled, with its checkpoint', async () => {
    const abort = new AbortController();
    const r = request({
      signal: abort.signal,
      engine: fakeEngine({ beforeStep: n => (n === 6 ? abort.abort() : undefined) }),
    });
    const record = await train(r);
    assert.equal(record.state, 'stopped');
    assert.equal(record.test, undefined);
    assert.equal((await readCheckpoint(join(r.runFolder, runFiles.checkpoint)))!.step, 7);
  });

  it('will not go on with other data', async () => {
    const control = new RunControl();
    const r = request({
      control,
      engine: fakeEngine({ beforeStep: n => (n === 2 ? control.stop() : undefined) }),
    });
    const record = await train(r);
    const other = linearDataset(50, { hash: 'other' });
    await assert.rejects(train({ ...r, dataset: other, resume: record }), /has changed since run/);
  });

  it('says what is wrong with a damaged checkpoint and touches nothing', async () => {
    const control = new RunControl();
    const r = request({
      control,
      engine: fakeEngine({ beforeStep: n => (n === 5 ? control.stop() : undefined) }),
    });
    const record = await train(r);
    const file = join(r.runFolder, runFiles.checkpoint);
    for (const size of [100, 7, 0]) {
      truncateSync(file, size);
      const before = readFileSync(file);
      await assert.rejects(train({ ...r, resume: record }), (e: unknown) => {
        assert.ok(
          e instanceof VitrineError && e.code === 'bad-file' && e.details.at?.file === file,
          String(e),
        );
        return true;
      });
      assert.deepEqual(readFileSync(file), before);
    }
    rmSync(file);
    // Without a checkpoint, it begins again.
    assert.equal(
      (await train({ ...r, control: new RunControl(), engine: fakeEngine(), resume: record })).state,
      'finished',
    );
  });

  it('takes a weights file for no checkpoint', async () => {
    const r = request();
    await train(r);
    const file = join(r.runFolder, runFiles.weights);
    await assert.rejects(readCheckpoint(file), /is no checkpoint to resume from/);
  });

  it('does without rows to validate or to test, but not without rows to train', async () => {
    const none = new Int32Array(0);
    const { splits } = linearDataset();
    const r = request({ dataset: linearDataset(50, { splits: { ...splits, valid: none, test: none } }) });
    assert.equal((await train(r)).test, undefined);
    const empty = linearDataset(50, { splits: { ...splits, train: none } });
    await assert.rejects(train(request({ dataset: empty })), /no rows to train on/);
  });

  it('says in words when the disk refuses', async () => {
    const r = request();
    // A folder in the place of the file: like a full disk, it lets the rename fail.
    mkdirSync(join(r.runFolder, runFiles.checkpoint, 'x'), { recursive: true });
    await assert.rejects(train(r), (e: unknown) => {
      assert.ok(e instanceof VitrineError && e.code === 'bad-file');
      assert.match(e.message, /Cannot write .*checkpoint\.safetensors: /);
      return true;
    });
    assert.equal((await readRun(r.runFolder)).record.state, 'failed');
    assert.deepEqual(
      readdirSync(r.runFolder).filter(f => f.endsWith('.tmp')),
      [],
    );
  });

  it('refuses data that does not fit the model, and a loss that does not fit the target', async () => {
    const wide = linearDataset(50, { sampleShape: [4] });
    await assert.rejects(
      train(request({ dataset: wide })),
      /takes an input of shape \(N, 3\), but the data gives \(N, 4\)/,
    );
    await assert.rejects(
      train(request({ recipe: { loss: { name: 'cross_entropy' } } })),
      /"cross_entropy" is for classes, but the target "y" is a number/,
    );
  });
});

describe('runs on disk', () => {
  it('leaves out what is no run, and reads around what is broken', async () => {
    const good = request();
    await train(good);
    const broken = join(runs, newRunId());
    mkdirSync(broken);
    writeFileSync(join(broken, runFiles.record), '{"id": "x"');
    mkdirSync(join(runs, newRunId()));
    mkdirSync(join(runs, 'something else'));
    writeFileSync(join(runs, newRunId()), 'a file');
    assert.equal((await listRuns(home)).length, 1);
    assert.deepEqual(await listRuns(join(home, 'nowhere')), []);
    await assert.rejects(readRun(broken), /run\.json is damaged: it is not JSON/);
    rmSync(join(good.runFolder, runFiles.metrics));
    assert.deepEqual((await readRun(good.runFolder)).events, []);
  });

  it('tells a run whose process is gone as stopped', async () => {
    const r = request();
    const record = await train(r);
    const file = join(r.runFolder, runFiles.record);
    // No process has this id on any system that we know.
    writeFileSync(file, JSON.stringify({ ...record, state: 'running', epochsDone: 4, pid: 2 ** 30 }));
    const [found] = await listRuns(home);
    assert.equal(found!.state, 'stopped');
    assert.match(found!.message!, /Interrupted after 4 of 6 epochs/);
  });

  it('refuses weights of another model', async () => {
    const r = request();
    await train(r);
    const [w, ...rest] = linearModel.parameters;
    const other = { ...linearModel, parameters: [{ ...w!, shape: [5] }, ...rest] };
    await assert.rejects(readRunWeights(r.runFolder, other), /"w" is of shape \(5\), but the file has \(3\)/);
    rmSync(join(r.runFolder, runFiles.weights));
    // Killed before its end: the last checkpoint's weights stand in.
    assert.ok((await readRunWeights(r.runFolder, linearModel))['w']);
    rmSync(join(r.runFolder, runFiles.checkpoint));
    await assert.rejects(readRunWeights(r.runFolder, linearModel), /has no weights yet/);
  });

  it('makes ids that sort by time', async () => {
    const ids = [0, 1, 1000, 60_000].map(ms => newRunId(new Date(1.8e12 + ms)));
    assert.deepEqual([...ids].sort(), ids);
  });
});
