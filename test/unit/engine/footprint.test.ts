/** Memory said beforehand is what a run takes; activations that are computed again change no bit and take less. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { partOf } from '../../../src/engine/compile/recompute';
import { createEngine } from '../../../src/engine/create';
import type { TrainerRequest } from '../../../src/engine/engine';
import { memoryInUse } from '../../../src/engine/executors/webasm';
import { footprintOf } from '../../../src/engine/footprint';
import { initializeWeights } from '../../../src/engine/initialize';
import { VitrineError } from '../../../src/model/errors';
import type { Attributes, Initializer, Model, Node, Value } from '../../../src/model/graph';
import { parameter } from './_reference';

const blocks = 6;
const width = 32;
const uniform: Initializer = { kind: 'uniform', low: -0.3, high: 0.3 };

/** Blocks of two linear layers with GELU, layer norm and dropout, and a skip connection around each. */
function net(): Model {
  const values: Record<string, Value> = {};
  const nodes: Node[] = [];
  const value = (id: string, w: number) => {
    values[id] = { id, dtype: 'float32', shape: ['N', w] };
    return id;
  };
  const add = (
    op: string,
    module: string,
    inputs: string[],
    output: string,
    w: number,
    attributes: Attributes = {},
  ) => {
    nodes.push({ id: `n${nodes.length}`, op, module, inputs, outputs: [value(output, w)], attributes });
    return output;
  };
  let x = value('x', width);
  for (let i = 0; i < blocks; i++) {
    const at = `blocks.${i}`;
    const normed = add('LayerNormalization', `${at}.norm`, [x, `${at}.norm.weight`], `a${i}`, width);
    const wide = add('Gemm', `${at}.up`, [normed, `${at}.up.weight`], `b${i}`, 8 * width, { transB: 1 });
    const active = add('Gelu', at, [wide], `c${i}`, 8 * width);
    const dropped = add('Dropout', `${at}.drop`, [active], `d${i}`, 8 * width, { ratio: 0.2 });
    const narrow = add('Gemm', `${at}.down`, [dropped, `${at}.down.weight`], `e${i}`, width, { transB: 1 });
    x = add('Add', at, [x, narrow], i === blocks - 1 ? 'y' : `f${i}`, width);
  }
  return {
    name: 'Net',
    file: 'net.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: ['y'],
    values,
    nodes,
    parameters: Array.from({ length: blocks }, (_, i) => [
      parameter(`blocks.${i}.norm.weight`, [width], { initializer: uniform }),
      parameter(`blocks.${i}.up.weight`, [8 * width, width], { initializer: uniform }),
      parameter(`blocks.${i}.down.weight`, [width, 8 * width], { initializer: uniform }),
    ]).flat(),
    modules: [],
  };
}

const model = net();

function requestFor(rows: number, recompute?: readonly string[]): TrainerRequest {
  return {
    bindings: { N: rows },
    weights: initializeWeights(model, 1),
    loss: { name: 'mse' },
    optimizer: { name: 'Adam', options: {} },
    targets: { shape: [rows, width], dtype: 'float32' },
    seed: 3,
    ...(recompute && { recompute }),
  };
}

function batch(rows: number) {
  const data = Float32Array.from({ length: rows * width }, (_, i) => Math.sin(i));
  return {
    feeds: { x: { shape: [rows, width], data } },
    targets: { shape: [rows, width], data: data.map(v => v * v) },
  };
}

const rows = 16384;

/** What a training takes of a process that does nothing else: in that of the tests other tests' garbage comes and goes. */
async function takenByTraining(): Promise<number> {
  const engine = await createEngine({ backend: 'webasm', threads: 1 });
  const { feeds, targets } = batch(rows);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const trainer = await engine.trainer(model, requestFor(rows));
  await trainer.step(feeds, targets, { learningRate: 0.01 });
  return process.memoryUsage().rss - before;
}

const measuring = 'measure';

function measuredApart(): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [measuring], { execArgv: ['--expose-gc'] });
    child.once('message', taken => resolve(Number(taken)));
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`the process that measures ended with ${code}`)));
  });
}

if (process.argv[2] === measuring)
  void takenByTraining().then(taken => process.send!(taken, () => process.exit()));
else tests();

function tests(): void {
  describe('memory', function () {
    this.timeout(60_000);

    it('is what was said beforehand, of the plan and of the process', async () => {
      const engine = await createEngine({ backend: 'webasm', threads: 1 });
      const { feeds, targets } = batch(rows);
      const said = footprintOf(model, { batch: rows })!;
      const weights = 4 * model.parameters.reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0);
      const idle = memoryInUse();
      const trainer = await engine.trainer(model, requestFor(rows));
      await trainer.step(feeds, targets, { learningRate: 0.01 });
      assert.equal(said.training, memoryInUse() - idle + weights);
      assert.ok(said.training! > 100e6, `${said.training} bytes are worth measuring`);
      // The draws of dropout are made on the host, one tensor after the other.
      const taken = await measuredApart();
      assert.ok(
        Math.abs(taken / said.training! - 1) < 0.2,
        `${taken} bytes were taken, ${said.training} said`,
      );
      await trainer.dispose();
      const evaluator = await engine.evaluator(model, {
        bindings: { N: rows },
        weights: initializeWeights(model, 1),
      });
      await evaluator.run(feeds);
      assert.equal(said.inference, memoryInUse() - idle + weights);
      await engine.dispose();
    });

    it('is less where activations are computed again, and no bit differs', async () => {
      const rows = 64;
      const engine = await createEngine({ backend: 'webasm', threads: 1 });
      const { feeds, targets } = batch(rows);
      const results = [];
      for (const recompute of [undefined, ['blocks.*'], ['blocks.1', 'blocks.2']]) {
        const trainer = await engine.trainer(model, requestFor(rows, recompute));
        const losses = [];
        for (let i = 0; i < 3; i++)
          losses.push((await trainer.step(feeds, targets, { learningRate: 0.01 })).loss);
        results.push({ losses, weights: await trainer.weights() });
        await trainer.dispose();
      }
      assert.deepEqual(results[1], results[0]);
      assert.deepEqual(results[2], results[0]);
      const peak = (recompute?: readonly string[]) =>
        footprintOf(model, { batch: 4096, ...(recompute && { recompute }) })!.training!;
      assert.ok(peak(['blocks.*']) < peak() * 0.6, `${peak(['blocks.*'])} of ${peak()}`);
      await engine.dispose();
    });

    it('names the modules that there are where none fits', async () => {
      const engine = await createEngine({ backend: 'webasm', threads: 1 });
      await assert.rejects(
        () => engine.trainer(model, requestFor(8, ['layers.*'])),
        (e: unknown) =>
          e instanceof VitrineError &&
          e.code === 'bad-experiment' &&
          /"layers\.\*".*blocks\.0/.test(e.message),
      );
      await engine.dispose();
    });

    it('tells parts by their paths', () => {
      assert.equal(partOf('blocks.3.attn.proj', ['blocks.*']), 'blocks.3');
      assert.equal(partOf('layer1.0.conv1', ['layer1']), 'layer1');
      assert.equal(partOf('layer10.0', ['layer1']), undefined);
      assert.equal(partOf('blocks', ['blocks.*']), undefined);
    });

    it('is not told of what has other open sizes', () => {
      const values = { ...model.values, x: { ...model.values['x']!, shape: ['N', 'T'] } };
      assert.equal(footprintOf({ ...model, values }, { batch: 8 }), undefined);
    });
  });
}
