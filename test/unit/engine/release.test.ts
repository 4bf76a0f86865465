/** Runs that are over leave nothing behind. */
import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createEngine } from '../../../src/engine/create';
import { memoryInUse } from '../../../src/engine/executors/webasm';
import { initializeWeights } from '../../../src/engine/initialize';
import type { Model } from '../../../src/model/graph';
import { parameter } from './_reference';

const shape = (width: number) => ({ dtype: 'float32' as const, shape: ['N', width] });
const width = 64;
const model: Model = {
  name: 'Net',
  file: 'net.py',
  format: 'pytorch',
  inputs: ['x'],
  outputs: ['y'],
  values: {
    x: { id: 'x', ...shape(width) },
    h: { id: 'h', ...shape(512) },
    r: { id: 'r', ...shape(512) },
    y: { id: 'y', ...shape(width) },
  },
  nodes: [
    {
      id: 'n0',
      op: 'Gemm',
      module: 'a',
      inputs: ['x', 'a.weight'],
      outputs: ['h'],
      attributes: { transB: 1 },
    },
    { id: 'n1', op: 'Gelu', module: '', inputs: ['h'], outputs: ['r'], attributes: {} },
    {
      id: 'n2',
      op: 'Gemm',
      module: 'b',
      inputs: ['r', 'b.weight'],
      outputs: ['y'],
      attributes: { transB: 1 },
    },
  ],
  parameters: [parameter('a.weight', [512, width]), parameter('b.weight', [width, 512])],
  modules: [],
};

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Resident memory after the garbage is gone. */
async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    collect();
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return process.memoryUsage().rss;
}

describe('memory of runs', function () {
  this.timeout(120_000);

  for (const threads of [1, 3]) {
    it(`returns to where it was after 200 of them, on ${threads} thread${threads > 1 ? 's' : ''}`, async () => {
      const engine = await createEngine({ backend: 'webasm', threads });
      const rows = 128;
      const feeds = { x: { shape: [rows, width], data: new Float32Array(rows * width).fill(0.1) } };
      const targets = { shape: [rows, width], data: new Float32Array(rows * width) };
      const run = async () => {
        const trainer = await engine.trainer(model, {
          bindings: { N: rows },
          weights: initializeWeights(model, 0),
          loss: { name: 'mse' },
          optimizer: { name: 'Adam', options: {} },
          targets: { shape: [rows, width], dtype: 'float32' },
        });
        await trainer.step(feeds, targets, { learningRate: 0.01 });
        const used = memoryInUse();
        await trainer.dispose();
        return used;
      };
      const idle = memoryInUse();
      // What is compiled, cached and started once is there after some runs.
      for (let i = 0; i < 20; i++) await run();
      const before = await resident();
      let most = 0;
      for (let i = 0; i < 200; i++) most = Math.max(most, await run());
      const after = await resident();
      assert.equal(memoryInUse(), idle);
      assert.ok(most < idle + 16 * 2 ** 20, `${most} bytes at once`);
      assert.ok(after < before * 1.05, `${after} bytes resident after 200 runs, ${before} before`);
      await engine.dispose();
    });
  }
});
