/** Inputs that are filled where a plan reads them, and outputs that are read where it leaves them: the same bits, fewer copies. */
import assert from 'node:assert/strict';
import { createEngine, engineOn as engineOver } from '../../../src/engine/create';
import type { Engine, Evaluator, TrainerRequest } from '../../../src/engine/engine';
import { ThreadPool } from '../../../src/engine/executors/threads';
import { webasmExecutor } from '../../../src/engine/executors/webasm';
import { initializeWeights } from '../../../src/engine/initialize';
import { VitrineError } from '../../../src/model/errors';
import type { Initializer, Model, Node, Tensor } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { engineOn } from './_backends';
import { parameter } from './_reference';

const uniform: Initializer = { kind: 'uniform', low: -0.3, high: 0.3 };

interface Layer {
  op: string;
  inputs: string[];
  output: string;
  shape: (number | string)[];
  attributes?: Node['attributes'];
}

function modelOf(
  x: { shape: (number | string)[]; dtype?: 'float32' | 'int64' },
  layers: readonly Layer[],
  weights: Record<string, number[]>,
  outputs = [layers.at(-1)!.output],
): Model {
  const value = (id: string, shape: (number | string)[], dtype: 'float32' | 'int64' = 'float32') => ({
    id,
    dtype,
    shape,
  });
  return {
    name: 'Net',
    file: 'net.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs,
    values: {
      x: value('x', x.shape, x.dtype),
      ...Object.fromEntries(layers.map(l => [l.output, value(l.output, l.shape)])),
    },
    nodes: layers.map(({ op, inputs, output, attributes = {} }, i) => ({
      id: `n${i}`,
      op,
      module: '',
      inputs,
      outputs: [output],
      attributes,
    })),
    parameters: Object.entries(weights).map(([name, shape]) =>
      parameter(name, shape, { initializer: uniform }),
    ),
    modules: [],
  };
}

/** What is elementwise first would be computed in place, were it not the input's. */
const net = (width = 6): Model =>
  modelOf(
    { shape: ['N', width] },
    [
      { op: 'Tanh', inputs: ['x'], output: 't', shape: ['N', width] },
      { op: 'Mul', inputs: ['t', 'x'], output: 'm', shape: ['N', width] },
      { op: 'Gemm', inputs: ['m', 'w', 'b'], output: 'h', shape: ['N', 9], attributes: { transB: 1 } },
      { op: 'Relu', inputs: ['h'], output: 'r', shape: ['N', 9] },
      { op: 'Dropout', inputs: ['r'], output: 'd', shape: ['N', 9], attributes: { ratio: 0.3 } },
      { op: 'Gemm', inputs: ['d', 'v', 'c'], output: 'y', shape: ['N', 3], attributes: { transB: 1 } },
    ],
    { w: [9, width], b: [9], v: [3, 9], c: [3] },
  );

const rowsOf = (rows: number, width: number, seed: number): Tensor => {
  const random = new Random(seed, 'rows');
  return { shape: [rows, width], data: Float32Array.from({ length: rows * width }, () => random.normal()) };
};

const classes = (rows: number, seed: number): Tensor => {
  const random = new Random(seed, 'classes');
  return { shape: [rows], data: Int32Array.from({ length: rows }, () => random.integer(3)) };
};

const request = (model: Model): TrainerRequest => ({
  bindings: { N: 8 },
  weights: initializeWeights(model, 0),
  loss: { name: 'cross_entropy' },
  optimizer: { name: 'Adam', options: {} },
  targets: { shape: [8], dtype: 'int64' },
  seed: 3,
});

for (const backend of ['webasm', 'cpu', 'webgpu'] as const)
  describe(`bound inputs on ${backend}`, () => {
    let engine: Engine;
    before(async function () {
      engine = await engineOn(backend, this);
    });
    after(() => engine?.dispose());

    const evaluatorOf = (model: Model, more = {}): Promise<Evaluator> =>
      engine.evaluator(model, { bindings: { N: 8 }, weights: initializeWeights(model, 0), ...more });

    it('give the bits that handed arrays give, for full, padded and planned batches', async () => {
      const model = net();
      // What is asked of rows that are apart is padded; with a loss each number of rows has its plan.
      for (const more of [{ fetch: ['r'] }, { loss: { name: 'cross_entropy' }, gradients: ['x', 'w'] }]) {
        const evaluator = await evaluatorOf(model, more);
        for (const [i, rows] of [8, 5, 8, 1, 0, 8].entries()) {
          const given = rowsOf(rows, 6, i);
          const options = more.loss ? { targets: classes(rows, i) } : {};
          const expected = await evaluator.run({ x: given }, options);
          const bound = await evaluator.bindInput('x', rows);
          assert.deepEqual(bound.shape, given.shape);
          bound.data.fill(99);
          bound.data.set(given.data);
          for (const inPlace of [false, true, true]) {
            const got = await evaluator.run({ x: bound }, { ...options, inPlace });
            assert.deepEqual(got, expected);
            // Nothing else lies there: it is as it was filled, and a second run reads the same.
            assert.deepEqual(Float32Array.from(bound.data), given.data);
          }
        }
        await evaluator.dispose();
      }
    });

    it('train to the same bits, smaller last batches included', async () => {
      const model = net();
      const [plain, bound] = [
        await engine.trainer(model, request(model)),
        await engine.trainer(model, request(model)),
      ];
      for (let step = 0; step < 9; step++) {
        const rows = step % 3 === 2 ? 5 : 8;
        const given = rowsOf(rows, 6, step);
        const a = await plain.step({ x: given }, classes(rows, step), { learningRate: 0.02 });
        const x = await bound.bindInput('x', rows);
        x.data.set(given.data);
        const b = await bound.step({ x }, classes(rows, step), { learningRate: 0.02, inPlace: true });
        assert.deepEqual(b, a);
      }
      assert.deepEqual(await bound.weights(), await plain.weights());
      assert.deepEqual(await bound.state(), await plain.state());
      await plain.dispose();
      await bound.dispose();
    });

    it('hold whole numbers, too, and are guarded', async () => {
      const model = modelOf(
        { shape: ['N', 4], dtype: 'int64' },
        [{ op: 'Gather', inputs: ['w', 'x'], output: 'y', shape: ['N', 4, 3] }],
        { w: [7, 3] },
      );
      const evaluator = await evaluatorOf(model);
      const given = { shape: [8, 4], data: Int32Array.from({ length: 32 }, (_, i) => (i * 5) % 7) };
      const expected = await evaluator.run({ x: given });
      const x = await evaluator.bindInput('x');
      x.data.set(given.data);
      assert.deepEqual(await evaluator.run({ x }), expected);
      x.data[9] = 7;
      await assert.rejects(evaluator.run({ x }), /index 7 is out of bounds/);
      x.data[9] = 1;
      await evaluator.run({ x });
      await evaluator.dispose();
    });

    it('may be filled by another array at any time', async () => {
      const evaluator = await evaluatorOf(net());
      const x = await evaluator.bindInput('x');
      x.data.fill(1);
      const other = rowsOf(8, 6, 5);
      const expected = await evaluator.run({ x: other });
      x.data.set(other.data);
      assert.deepEqual(await evaluator.run({ x }), expected);
      await evaluator.dispose();
    });

    it('are errors where there is nothing to bind', async () => {
      const model = net();
      const evaluator = await evaluatorOf(model);
      const bad = (message: RegExp) => (e: unknown) => e instanceof VitrineError && message.test(e.message);
      await assert.rejects(evaluator.bindInput('h'), bad(/Net has no input "h". Its inputs: "x"/));
      await assert.rejects(evaluator.bindInput('x', 9), bad(/compiled for 0 to 8 rows a call, but 9/));
      await assert.rejects(evaluator.bindInput('x', -1), bad(/but -1/));
      await assert.rejects(evaluator.bindInput('x', 2.5), bad(/but 2.5/));
      const { data } = await evaluator.bindInput('x');
      await assert.rejects(
        evaluator.run({ x: { shape: [8, 5], data } }),
        bad(/48 values, but its shape \(8, 5\) holds 40/),
      );
      await assert.rejects(evaluator.run({ x: { shape: [6, 8], data } }), bad(/takes the shape \(8, 6\)/));
      await evaluator.dispose();
      await assert.rejects(evaluator.bindInput('x'), bad(/was disposed of/));
      await assert.rejects(evaluator.run({ x: { shape: [8, 6], data } }), bad(/was disposed of/));
      // Nobody reads it any more; writing to it harms nothing.
      data.fill(1);
      const trainer = await engine.trainer(model, request(model));
      await assert.rejects(trainer.bindInput('y'), bad(/has no input "y"/));
      await assert.rejects(trainer.bindInput('x', 9), bad(/compiled for 0 to 8/));
      await trainer.dispose();
      await assert.rejects(trainer.bindInput('x'), bad(/was disposed of/));
    });

    it('are not what is carried from run to run', async () => {
      const model = modelOf(
        { shape: [2, 3] },
        [{ op: 'Tanh', inputs: ['x'], output: 'y', shape: [2, 3] }],
        {},
      );
      const evaluator = await engine.evaluator(model, { bindings: {}, weights: {}, carry: { x: 'y' } });
      await assert.rejects(evaluator.bindInput('x'), /is carried from run to run/);
      await evaluator.dispose();
    });
  });

describe('bound inputs on webasm alone', () => {
  it('are one place: what was handed out stays good beside other plans, and after they are gone', async () => {
    const engine = await createEngine({ backend: 'webasm' });
    const model = net();
    const evaluator = await engine.evaluator(model, {
      bindings: { N: 8 },
      weights: initializeWeights(model, 0),
      loss: { name: 'cross_entropy' },
    });
    const x = await evaluator.bindInput('x');
    const given = rowsOf(8, 6, 1);
    x.data.set(given.data);
    const expected = await evaluator.run({ x }, { targets: classes(8, 1) });
    const five = await evaluator.bindInput('x', 5);
    five.data.set(rowsOf(5, 6, 2).data);
    const small = await evaluator.run({ x: five }, { targets: classes(5, 2) });
    // More plans than are kept: that of five rows is let go of, and its array is like any other.
    for (const rows of [1, 2, 3, 4]) {
      const part = await evaluator.bindInput('x', rows);
      await evaluator.run({ x: part }, { targets: classes(rows, 1) });
    }
    assert.deepEqual(await evaluator.run({ x: five }, { targets: classes(5, 2) }), small);
    assert.ok(x.data.length === 48 && (await evaluator.bindInput('x')).data.buffer === x.data.buffer);
    assert.deepEqual(await evaluator.run({ x }, { targets: classes(8, 1) }), expected);
    await engine.dispose();
  });

  it('leave results where they lie until the next run, and copies for good', async () => {
    const engine = await createEngine({ backend: 'webasm' });
    const evaluator = await engine.evaluator(net(), {
      bindings: { N: 8 },
      weights: initializeWeights(net(), 0),
    });
    const x = await evaluator.bindInput('x');
    x.data.set(rowsOf(8, 6, 1).data);
    const lying = (await evaluator.run({ x }, { inPlace: true })).values['y']!;
    const copy = (await evaluator.run({ x })).values['y']!;
    const before = Float32Array.from(copy.data);
    assert.notEqual(lying.data.buffer, copy.data.buffer);
    x.data.set(rowsOf(8, 6, 2).data);
    const next = await evaluator.run({ x });
    assert.deepEqual(Float32Array.from(lying.data), Float32Array.from(next.values['y']!.data));
    assert.deepEqual(Float32Array.from(copy.data), before);
    await engine.dispose();
  });

  it('and results may be the same numbers by two names', async () => {
    const model = modelOf(
      { shape: ['N', 6] },
      [{ op: 'Flatten', inputs: ['x'], output: 'y', shape: ['N', 6] }],
      {},
    );
    const engine = await createEngine({ backend: 'webasm' });
    const evaluator = await engine.evaluator(model, { bindings: { N: 8 }, weights: {} });
    const x = await evaluator.bindInput('x');
    x.data.set(rowsOf(8, 6, 1).data);
    const { data } = (await evaluator.run({ x }, { inPlace: true })).values['y']!;
    assert.deepEqual(Float32Array.from(data), rowsOf(8, 6, 1).data);
    await engine.dispose();
  });

  it('are shared by threads: the same bits whatever their number', async () => {
    const model = net(700);
    const weights = initializeWeights(model, 0);
    const given = rowsOf(128, 700, 4);
    const results = [];
    for (const threads of [1, 2, 3]) {
      const pool = threads > 1 ? new ThreadPool(threads) : undefined;
      const engine = engineOver(webasmExecutor({ threads }, pool));
      const trainer = await engine.trainer(model, {
        ...request(model),
        bindings: { N: 128 },
        weights,
        targets: { shape: [128], dtype: 'int64' },
      });
      const x = await trainer.bindInput('x');
      const losses = [];
      for (let i = 0; i < 6; i++) {
        x.data.set(given.data);
        losses.push((await trainer.step({ x }, classes(128, 1), { learningRate: 0.01, inPlace: true })).loss);
      }
      results.push({ losses, weights: await trainer.weights() });
      await engine.dispose();
    }
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  });
});
