/** Threads: the same bits whatever their number, also across a stop and a resume; nothing of them is left afterwards. */
import assert from 'node:assert/strict';
import type { Worker } from 'node:worker_threads';
import { bindModel } from '../../../src/engine/compile/graph';
import { lower } from '../../../src/engine/compile/plan';
import { createEngine } from '../../../src/engine/create';
import type { TrainerRequest } from '../../../src/engine/engine';
import type { Program } from '../../../src/engine/executors/program';
import { Cell, takenOf } from '../../../src/engine/executors/threadCells';
import { ThreadPool, threadCount } from '../../../src/engine/executors/threads';
import { webasmExecutor } from '../../../src/engine/executors/webasm';
import { initializeWeights } from '../../../src/engine/initialize';
import { nativeCode } from '../../../src/engine/wasm/native';
import { VitrineError } from '../../../src/model/errors';
import type { Attributes, Initializer, Model, Node, Tensors, Value } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { parameter } from './_reference';

const uniform: Initializer = { kind: 'uniform', low: -0.2, high: 0.2 };
const parameters = (sizes: Record<string, number[]>) =>
  Object.entries(sizes).map(([name, shape]) => parameter(name, shape, { initializer: uniform }));

/** A chain of one-input nodes from x to y. */
function chain(
  shape: (number | string)[],
  layers: [op: string, parameters: string[], shape: (number | string)[], attributes?: Attributes][],
  sizes: Record<string, number[]>,
): Model {
  const values: Record<string, Value> = { x: { id: 'x', dtype: 'float32', shape } };
  const nodes = layers.map(([op, own, to, attributes], i): Node => {
    const output = i === layers.length - 1 ? 'y' : `v${i}`;
    values[output] = { id: output, dtype: 'float32', shape: to };
    return {
      id: `n${i}`,
      op,
      module: '',
      inputs: [i === 0 ? 'x' : `v${i - 1}`, ...own],
      outputs: [output],
      attributes: attributes ?? {},
    };
  });
  return {
    name: 'Net',
    file: 'net.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: ['y'],
    values,
    nodes,
    parameters: parameters(sizes),
    modules: [],
  };
}

/** Convolutions with strides and groups, batch norm, pooling, dropout, layer norm, GELU, softmax inside. */
const net = chain(
  ['N', 3, 32, 32],
  [
    ['Conv', ['c1.weight', 'c1.bias'], ['N', 16, 32, 32], { pads: [1, 1, 1, 1] }],
    ['BatchNormalization', ['bn.weight', 'bn.bias'], ['N', 16, 32, 32]],
    ['Gelu', [], ['N', 16, 32, 32]],
    ['Conv', ['c2.weight'], ['N', 24, 16, 16], { pads: [1, 1, 1, 1], strides: [2, 2], group: 2 }],
    ['Relu', [], ['N', 24, 16, 16]],
    ['MaxPool', [], ['N', 24, 8, 8], { kernel_shape: [2, 2], strides: [2, 2] }],
    ['Flatten', [], ['N', 1536]],
    ['Dropout', [], ['N', 1536], { ratio: 0.3 }],
    ['Gemm', ['f1.weight', 'f1.bias'], ['N', 129], { transB: 1 }],
    ['LayerNormalization', ['ln.weight', 'ln.bias'], ['N', 129]],
    ['Softmax', [], ['N', 129]],
    ['Gemm', ['f2.weight', 'f2.bias'], ['N', 5], { transB: 1 }],
  ],
  {
    'c1.weight': [16, 3, 3, 3],
    'c1.bias': [16],
    'bn.weight': [16],
    'bn.bias': [16],
    'c2.weight': [24, 8, 3, 3],
    'f1.weight': [129, 1536],
    'f1.bias': [129],
    'ln.weight': [129],
    'ln.bias': [129],
    'f2.weight': [5, 129],
    'f2.bias': [5],
  },
);

const rows = 12;
const request: TrainerRequest = {
  bindings: { N: rows },
  weights: initializeWeights(net, 3),
  loss: { name: 'cross_entropy' },
  optimizer: { name: 'AdamW', options: {} },
  targets: { shape: [rows], dtype: 'int64' },
  seed: 5,
};

function batch(step: number, count = rows) {
  const random = new Random(step, 'batch');
  const size = count * 3 * 32 * 32;
  return {
    feeds: {
      x: { shape: [count, 3, 32, 32], data: Float32Array.from({ length: size }, () => random.normal()) },
    },
    targets: { shape: [count], data: Int32Array.from({ length: count }, () => random.integer(5)) },
  };
}

/** Weights, state and losses of some steps with so many threads. */
async function train(threads: number, steps: number[], from?: { weights: Tensors; state: Tensors }) {
  const engine = await createEngine({ backend: 'webasm', threads });
  assert.equal(engine.backend.threads, threads);
  const trainer = await engine.trainer(net, { ...request, ...from });
  const losses: number[] = [];
  for (const step of steps) {
    // The last batch is smaller.
    const { feeds, targets } = batch(step, step === 3 ? 7 : rows);
    losses.push((await trainer.step(feeds, targets, { learningRate: 0.01 })).loss);
  }
  const after = { losses, weights: await trainer.weights(), state: await trainer.state() };
  await engine.dispose();
  return after;
}

function same(a: Tensors, b: Tensors, what: string): void {
  assert.deepEqual(Object.keys(a), Object.keys(b));
  for (const [name, t] of Object.entries(a))
    assert.deepEqual(
      Buffer.from(t.data.buffer),
      Buffer.from(b[name]!.data.buffer),
      `${name} is the same ${what}`,
    );
}

describe('threads', function () {
  this.timeout(60_000);

  it('change no bit, and may change in the middle of a run', async () => {
    const one = await train(1, [0, 1, 2, 3]);
    assert.ok(one.losses.every(Number.isFinite));
    for (const threads of [2, 5]) {
      const more = await train(threads, [0, 1, 2, 3]);
      assert.deepEqual(more.losses, one.losses);
      same(more.weights, one.weights, `with ${threads} threads`);
      same(more.state, one.state, `with ${threads} threads`);
    }
    const first = await train(3, [0, 1]);
    const second = await train(2, [2, 3], first);
    assert.deepEqual([...first.losses, ...second.losses], one.losses);
    same(second.weights, one.weights, 'after a resume');
    same(second.state, one.state, 'after a resume');
  });

  it('compute several plans in turn', async () => {
    const engine = await createEngine({ backend: 'webasm', threads: 3 });
    const alone = await createEngine({ backend: 'webasm', threads: 1 });
    const { feeds } = batch(1);
    const weights = [0, 1].map(seed => initializeWeights(net, seed));
    const run = (e: typeof engine, w: Tensors) => e.evaluator(net, { bindings: { N: rows }, weights: w });
    const evaluators = await Promise.all(weights.map(w => run(engine, w)));
    const expected = await Promise.all(weights.map(w => run(alone, w)));
    for (const i of [0, 1, 0, 1]) {
      const [a, b] = [await evaluators[i]!.run(feeds), await expected[i]!.run(feeds)];
      same(a.values, b.values, `in plan ${i}`);
    }
    await evaluators[0]!.dispose();
    same((await evaluators[1]!.run(feeds)).values, (await expected[1]!.run(feeds)).values, 'afterwards');
    await engine.dispose();
    await alone.dispose();
  });

  it('are counted in whole numbers', () => {
    assert.ok(threadCount(0) >= 1);
    assert.equal(threadCount(3), 3);
    for (const wrong of [-1, 1.5, Number.NaN])
      assert.throws(
        () => threadCount(wrong),
        (e: unknown) => e instanceof VitrineError && /whole number/.test(e.message),
      );
  });
});

/** A program whose only step never ends in a thread that takes a share of it; or fails at once. */
function programOf(body: number[]): Program {
  const bytes = Uint8Array.of(
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // magic, version
    ...[1, 7, 1, 0x60, 3, 0x7f, 0x7f, 0x7f, 0], // (i32, i32, i32) -> ()
    ...[3, 2, 1, 0], // one function of that type
    ...[7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 0], // exported as "run"
    ...[10, body.length + 4, 1, body.length + 2, 0, ...body, 0x0b],
  );
  return {
    memory: new WebAssembly.Memory({ initial: 32, maximum: 4096, shared: true }),
    native: nativeCode().code,
    cells: undefined,
    steps: [{ kind: 'portable', module: new WebAssembly.Module(bytes), math: [], cells: 2, row: 1 }],
  };
}
const endless = programOf([0x03, 0x40, 0x0c, 0, 0x0b]); // loop br 0 end
const failing = programOf([0]); // unreachable
const quick = programOf([1]); // nop

const workersOf = (pool: ThreadPool) => (pool as unknown as { workers: Worker[] }).workers;

/** Runs the step of a program in two shares, of which the other thread takes one. */
function shared(pool: ThreadPool, program: number): Promise<void> | undefined {
  const { cells } = pool as unknown as { cells: Int32Array };
  let waited = false;
  const share = () => {
    const until = performance.now() + 20_000;
    while (!waited && takenOf(Atomics.load(cells, Cell.ticket)) < 2 && performance.now() < until);
    waited = true;
  };
  return pool.run(program, 0, { units: 2, cost: 1, share }, 0);
}

describe('threads that die', function () {
  this.timeout(60_000);
  const lost = (pattern: RegExp) => (e: unknown) =>
    e instanceof VitrineError && e.code === 'engine-lost' && pattern.test(e.message);
  let pool: ThreadPool;
  beforeEach(() => {
    pool = new ThreadPool(2, 50);
  });
  afterEach(() => pool.dispose());

  it('in the middle of a share are an error, and are replaced', async () => {
    const [bad, good] = [pool.add(endless, 0, 0), pool.add(quick, 0, 0)];
    const running = shared(pool, bad);
    assert.ok(running, 'the share takes long');
    assert.ok(pool.busy);
    const [worker] = workersOf(pool);
    await worker!.terminate();
    await assert.rejects(running, lost(/ended in the middle of a step \(exit code 1\).*last checkpoint/));
    assert.equal(pool.busy, undefined);
    assert.notEqual(workersOf(pool)[0], worker);
    await shared(pool, good);
  });

  it('while idle are replaced, and lose nothing', async () => {
    const good = pool.add(quick, 0, 0);
    const [worker] = workersOf(pool);
    await worker!.terminate();
    assert.ok(workersOf(pool)[0] && workersOf(pool)[0] !== worker);
    await shared(pool, good);
  });

  it('again and again are not replaced for ever', async () => {
    const good = pool.add(quick, 0, 0);
    let started = 0;
    for (let w = workersOf(pool)[0]; w && started < 50; w = workersOf(pool)[0]) {
      started++;
      await w.terminate();
    }
    assert.equal(started, 9);
    // The thread that runs the plan does all of it.
    assert.equal(pool.run(good, 0, { units: 2, cost: 1, share: () => undefined }, 0), undefined);
  });

  it('when the engine is closed in the middle of a step are told apart', async () => {
    const running = shared(pool, pool.add(endless, 0, 0));
    await Promise.all([assert.rejects(async () => running, lost(/the engine was closed/)), pool.dispose()]);
  });

  it('are no different from a share that fails', () => {
    const bad = pool.add(failing, 0, 0);
    assert.throws(() => shared(pool, bad), lost(/failed in the middle of a step/));
    const good = pool.add(quick, 0, 0);
    assert.equal(shared(pool, good), undefined);
  });

  it('leave a plan whose weights are lost, if it changes any, and others that go on', async () => {
    class Losing extends ThreadPool {
      /** The next shared step is lost. */
      lose = false;
      override run(...step: Parameters<ThreadPool['run']>): Promise<void> | undefined {
        if (!this.lose) return super.run(...step);
        this.lose = false;
        return shared(this, this.add(endless, 0, 0));
      }
    }
    const losing = new Losing(2, 50);
    const executor = webasmExecutor({}, losing);
    const compile = async (changing: boolean) => {
      const graph = bindModel(net, { N: rows }, false);
      const [changed] = graph.emit('Map', ['f2.bias'], { expression: 'a * 2' });
      if (changing) graph.updates.push({ resident: 'f2.bias', value: changed! });
      const residents = net.parameters.map(p => p.name);
      const { plan, bufferOf } = lower(graph, { inputs: ['x'], residents, outputs: ['y'] }, true);
      const executable = await executor.compile(plan);
      for (const [name, t] of Object.entries(initializeWeights(net, 3))) executable.write(name, t.data);
      executable.write('x', batch(0).feeds.x.data);
      return {
        run: () => executable.run(),
        read: () => executable.read(bufferOf('y')),
      };
    };
    const alone = await createEngine({ backend: 'webasm', threads: 1 });
    const evaluator = await alone.evaluator(net, {
      bindings: { N: rows },
      weights: initializeWeights(net, 3),
    });
    const expected = (await evaluator.run(batch(0).feeds)).values['y']!.data;
    const [predicting, training, other] = [await compile(false), await compile(true), await compile(false)];
    for (const plan of [predicting, training]) {
      losing.lose = true;
      const running = plan.run();
      assert.ok(running);
      const behind = other.run();
      assert.ok(behind, 'another plan waits for the threads');
      await workersOf(losing)[0]!.terminate();
      await assert.rejects(running, lost(/ended in the middle/));
      await behind;
      assert.deepEqual(other.read(), expected);
    }
    assert.throws(() => training.run(), lost(/ended in the middle/));
    await predicting.run();
    assert.deepEqual(predicting.read(), expected);
    await alone.dispose();
    await executor.dispose();
  });
});
