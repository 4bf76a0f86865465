/**
 * Runs that go on where they were, with what has chance or state of its own: altered samples, tables that are read in
 * blocks, agents in an environment. The data is loaded anew, as another process would.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PNG } from 'pngjs';
import type { Dataset } from '../../../src/data/dataset';
import { loadDataset } from '../../../src/data/load';
import { createEngine } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import { readSafetensors } from '../../../src/formats/safetensors/read';
import type { Model } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import type { Recipe } from '../../../src/train/loop/recipe';
import { type RunEvent, runFiles } from '../../../src/train/runs/run';
import { readRun } from '../../../src/train/runs/runs';
import { type TrainRequest, train } from '../../../src/train/train';

/** A linear layer over all of a sample, its numbers in the shape of the target. */
function linear(sample: readonly number[], target: readonly number[]): Model {
  const outputs = target.reduce((a, b) => a * b, 1);
  const size = sample.reduce((a, b) => a * b, 1);
  const parameter = (name: string, shape: number[]) => ({
    ...{ name, shape, dtype: 'float32' as const, kind: 'parameter' as const, trainable: true },
    initializer: { kind: 'uniform' as const, low: -0.1, high: 0.1 },
  });
  const float = (id: string, shape: (string | number)[]) => ({ id, shape, dtype: 'float32' as const });
  return {
    ...{ name: 'Linear', file: '/models/linear.py', format: 'pytorch', modules: [] },
    ...{ inputs: ['x'], outputs: ['y'] },
    values: {
      x: float('x', ['N', ...sample]),
      flat: float('flat', ['N', size]),
      row: float('row', ['N', outputs]),
      y: float('y', ['N', ...target]),
      w: float('w', [outputs, size]),
      b: float('b', [outputs]),
    },
    nodes: [
      { id: 'f', op: 'Flatten', module: '', inputs: ['x'], outputs: ['flat'], attributes: { axis: 1 } },
      {
        ...{ id: 'n', op: 'Gemm', module: '', inputs: ['flat', 'w', 'b'], outputs: ['row'] },
        attributes: { transB: 1 },
      },
      {
        ...{ id: 'r', op: 'Reshape', module: '', inputs: ['row'], outputs: ['y'] },
        attributes: { shape: [-1, ...target] },
      },
    ],
    parameters: [parameter('w', [outputs, size]), parameter('b', [outputs])],
  };
}

const samples = (file: string): string => path.resolve('media/samples', file);

function picture(seed: number): Buffer {
  const png = new PNG({ width: 8, height: 8 });
  png.data.forEach((_, i) => {
    png.data[i] = i % 4 === 3 ? 255 : (i * 37 + seed * 11) % 256;
  });
  return PNG.sync.write(png);
}

describe('Runs that are killed and go on', function () {
  this.timeout(30_000);
  let engine: Engine;
  let home: string;
  let runs = 0;

  before(async () => {
    engine = await createEngine();
    home = mkdtempSync(path.join(tmpdir(), 'vitrine-resume-'));
    for (const name of ['a', 'b']) {
      mkdirSync(path.join(home, 'pictures', name), { recursive: true });
      for (let k = 0; k < 9; k++)
        writeFileSync(path.join(home, 'pictures', name, `${k}.png`), picture(k + name.charCodeAt(0)));
    }
    const random = new Random(3, 'rows');
    const cells = Array.from({ length: 40 }, () =>
      [...Array.from({ length: 16 }, () => random.integer(256)), ['dark', 'light'][random.integer(2)]].join(
        ',',
      ),
    );
    const header = [...Array.from({ length: 16 }, (_, i) => `p${i}`), 'y'].join(',');
    writeFileSync(path.join(home, 'pixels.csv'), `${header}\n${cells.join('\n')}\n`);
    const lines = Array.from({ length: 1500 }, () => {
      const x = random.normal(50, 12);
      const gap = random.uniform() < 0.02;
      const colour = ['red', 'green', 'blue'][random.integer(3)]!;
      return [gap ? '' : x.toFixed(4), (random.uniform() * 1e6).toFixed(1), colour, x > 50 ? 'yes' : 'no'];
    });
    writeFileSync(path.join(home, 'large.csv'), `x,amount,colour,y\n${lines.join('\n')}\n`);
  });

  after(async () => {
    await engine.dispose();
    rmSync(home, { recursive: true, force: true });
  });

  /** The engine of a process that dies within that step. */
  function dying(last: number): Engine {
    let steps = 0;
    return {
      ...engine,
      trainer: async (...of) => {
        const t = await engine.trainer(...of);
        const { step } = t;
        t.step = async (...args) => {
          if (steps++ === last) throw new Error('killed');
          return step.apply(t, args);
        };
        return t;
      },
    };
  }

  interface Case {
    data: Record<string, unknown> & { kind: string };
    context?: { memory?: number };
    recipe: Partial<Recipe>;
    /** How many numbers the model gives; 0 where the target has a shape. */
    outputs: number;
    /** Before these steps the run is killed. */
    kills: readonly number[];
    /** Whether it has samples that a batch alters. */
    alters?: boolean;
  }

  async function goesOn({ data, context, recipe, outputs, kills, alters = false }: Case): Promise<void> {
    const load = (): Promise<Dataset> => loadDataset(data, { folder: home, seed: 5, ...context });
    const { sampleShape, target } = await load();
    const model = linear(sampleShape, target.boxes ? target.shape! : [outputs]);
    const request = async (change: Partial<TrainRequest> = {}): Promise<TrainRequest> => {
      const runFolder = change.runFolder ?? path.join(home, `run${runs++}`);
      mkdirSync(runFolder, { recursive: true });
      const full: Recipe = {
        loss: { name: 'cross_entropy' },
        optimizer: { name: 'Adam', options: {} },
        ...{ learningRate: 0.01, epochs: 3, batchSize: 4 },
        ...recipe,
      };
      return {
        experiment: { file: path.join(home, 'a.vitrine.json'), text: '{}\n', recipe: full },
        ...{ model, dataset: await load(), engine, seed: 5 },
        // At every opportunity: in the middle of epochs as well.
        checkpointEvery: { least: 0, most: 0 },
        ...change,
        runFolder,
      };
    };
    const told = async (folder: string) => ({
      epochs: (await readRun(folder)).events.flatMap(e =>
        e.event === 'epoch' ? [{ epoch: e.epoch, train: e.train, valid: e.valid }] : [],
      ),
      test: (await readRun(folder)).record.test,
      weights: (await readSafetensors(path.join(folder, runFiles.weights))).tensors,
    });
    const whole = await request();
    assert.equal(whole.dataset.trainingBatch !== undefined, alters);
    await train(whole);
    const expected = await told(whole.runFolder);
    assert.equal(expected.epochs.length, 3);

    const part = await request({ engine: dying(kills[0]!) });
    await assert.rejects(train(part), /killed/);
    const starts: RunEvent[] = [];
    for (const kill of [...kills.slice(1), undefined]) {
      const { record } = await readRun(part.runFolder);
      const again = await request({
        runFolder: part.runFolder,
        resume: { ...record, state: 'running' },
        onEvent: e => e.event === 'start' && starts.push(e),
        ...(kill !== undefined && { engine: dying(kill) }),
      });
      if (kill === undefined) assert.equal((await train(again)).state, 'finished');
      else await assert.rejects(train(again), /killed/);
    }
    assert.ok(starts.some(e => e.event === 'start' && e.resumedFrom! > 0));
    assert.deepEqual(await told(part.runFolder), expected);
  }

  const augment = [
    { name: 'RandomHorizontalFlip' },
    { name: 'RandomCrop', padding: 2 },
    { name: 'RandomRotation', degrees: 15 },
    { name: 'ColorJitter', brightness: 0.3, contrast: 0.3, saturation: 0.3 },
    { name: 'RandomErasing', p: 0.5 },
  ];
  const pictures = { kind: 'images', file: 'pictures', height: 8, width: 8, scale: 'standard' };

  const cases: Record<string, Case> = {
    'pictures, altered': {
      ...{ data: { ...pictures, augment }, outputs: 2, kills: [2, 3], alters: true },
      recipe: { schedule: { name: 'CosineAnnealingLR' } },
    },
    'pictures in a table, altered': {
      data: {
        kind: 'csv',
        file: 'pixels.csv',
        target: 'y',
        scale: 'standard',
        image: { height: 4, width: 4, augment: augment.slice(0, 2) },
      },
      ...{ outputs: 2, kills: [9], alters: true, recipe: {} },
    },
    'boxes on pictures, altered with them': {
      data: {
        ...{ kind: 'boxes', file: samples('detection/scenes.json'), images: samples('detection/scenes.zip') },
        ...{ height: 16, width: 16, grid: 4, split: { test: 0.8, valid: 0.1 }, augment: augment.slice(0, 4) },
      },
      ...{ outputs: 0, kills: [5, 2], alters: true },
      recipe: { loss: { name: 'detection' }, batchSize: 16, schedule: { name: 'OneCycleLR' } },
    },
    'films, altered': {
      data: {
        ...{
          kind: 'video',
          file: samples('video-motion/clips'),
          target: 'direction',
          frames: 4,
          channels: 1,
        },
        ...{ height: 10, width: 10, scale: 'standard', split: { test: 0.7, valid: 0.1 }, augment },
      },
      ...{ outputs: 4, kills: [4, 1], alters: true },
      recipe: { accumulate: 2, update: { accumulate: true }, batchSize: 12 },
    },
    'a table that is read in blocks': {
      data: { kind: 'csv', file: 'large.csv', target: 'y', missing: 'median' },
      ...{ context: { memory: 1 << 13 }, outputs: 2, kills: [45, 3], recipe: { batchSize: 32 } },
    },
    'a policy that learns by PPO': {
      data: { kind: 'environment', env: 'CartPole-v1', environments: 2, steps: 64, passes: 2 },
      ...{ outputs: 3, kills: [9], recipe: { loss: { name: 'ppo' }, batchSize: 32 } },
    },
    'a policy that learns by REINFORCE': {
      data: { kind: 'environment', env: 'CartPole-v1', environments: 2, steps: 64 },
      ...{ outputs: 3, kills: [5], recipe: { loss: { name: 'reinforce' }, batchSize: 32 } },
    },
    'a network that learns by deep Q-learning': {
      data: { kind: 'environment', env: 'CartPole-v1', environments: 2, steps: 64, passes: 2 },
      ...{ outputs: 2, kills: [9] },
      recipe: { loss: { name: 'dqn', options: { warmup: 40, buffer: 100, target_every: 5 } }, batchSize: 32 },
    },
  };
  for (const [name, c] of Object.entries(cases)) it(`${name}: end bit for bit as one run`, () => goesOn(c));
});
