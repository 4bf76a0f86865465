/** Threads: the same bits whatever their number, also across a stop and a resume; nothing of them is left afterwards. */
import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import type { TrainerRequest } from '../../../src/engine/engine';
import { threadCount } from '../../../src/engine/executors/threads';
import { initializeWeights } from '../../../src/engine/initialize';
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
