/**
 * Runs that are over leave nothing behind: measured in a process of its own, in which what V8 and the C library keep for
 * themselves does not grow. Left alone V8's nursery takes 16 MB more, once, as soon as much is allocated, and never less
 * again; glibc takes to laying large arrays (weights, results), which live until a collection, into a heap whose holes
 * it keeps: another 5 to 20 MB, once. So the nursery has its full size from the start and large arrays are mapped.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
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

/** Resident memory after the garbage is gone. */
async function resident(): Promise<number> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc!();
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return process.memoryUsage().rss;
}

interface Measured {
  /** Resident bytes before and after 200 runs. */
  before: number;
  after: number;
  /** Bytes of plans: before and after the runs, and the most at once. */
  idle: number;
  left: number;
  most: number;
}

async function measure(threads: number): Promise<Measured> {
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
  // What is compiled, cached and started once is there after some runs, and the nursery was written all over.
  for (let i = 0; i < 60; i++) await run();
  const before = await resident();
  let most = 0;
  for (let i = 0; i < 200; i++) most = Math.max(most, await run());
  const after = await resident();
  const left = memoryInUse();
  await engine.dispose();
  return { before, after, idle, left, most };
}

const measuring = 'measure';

function measuredApart(threads: number): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, [measuring, String(threads)], {
      execArgv: ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16'],
      env: { ...process.env, MALLOC_MMAP_THRESHOLD_: '65536' },
    });
    child.once('message', found => resolve(found as Measured));
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`the process that measures ended with ${code}`)));
  });
}

if (process.argv[2] === measuring)
  void measure(Number(process.argv[3])).then(found => process.send!(found, () => process.exit()));
else
  describe('memory of runs', function () {
    this.timeout(120_000);

    for (const threads of [1, 3]) {
      it(`returns to where it was after 200 of them, on ${threads} thread${threads > 1 ? 's' : ''}`, async () => {
        const { before, after, idle, left, most } = await measuredApart(threads);
        assert.equal(left, idle);
        assert.ok(most < idle + 16 * 2 ** 20, `${most} bytes at once`);
        assert.ok(after < before * 1.05, `${after} bytes resident after 200 runs, ${before} before`);
      });
    }
  });
