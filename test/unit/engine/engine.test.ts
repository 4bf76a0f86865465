/** What the engine promises beside its numbers: clear errors, repeatable and resumable runs, honest backends. */
import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import type { Engine, OptimizerSpec, TrainerRequest } from '../../../src/engine/engine';
import { initializeWeights } from '../../../src/engine/initialize';
import type { ErrorCode } from '../../../src/model/errors';
import { VitrineError } from '../../../src/model/errors';
import type { Initializer, Model, Node, Tensor, Tensors } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { engineOn } from './_backends';
import { parameter } from './_reference';

const uniform: Initializer = { kind: 'uniform', low: -0.5, high: 0.5 };

/** Linear(6, 9), ReLU, Dropout, Linear(9, 3), with symbolic batch. */
function net(ratio = 0): Model {
  const value = (id: string, width: number) => ({ id, dtype: 'float32' as const, shape: ['N', width] });
  const at = (line: number) => ({ file: 'net.py', line, column: 5, endLine: line, endColumn: 20 });
  const node = (
    id: string,
    op: string,
    module: string,
    inputs: string[],
    output: string,
    line: number,
  ): Node => ({
    id,
    op,
    module,
    inputs,
    outputs: [output],
    attributes: op === 'Gemm' ? { transB: 1 } : op === 'Dropout' ? { ratio } : {},
    call: at(line),
  });
  return {
    name: 'Net',
    file: 'net.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: ['y'],
    values: {
      x: { ...value('x', 6), name: 'features' },
      h: value('h', 9),
      r: value('r', 9),
      d: value('d', 9),
      y: value('y', 3),
    },
    nodes: [
      node('n0', 'Gemm', 'fc1', ['x', 'fc1.weight', 'fc1.bias'], 'h', 11),
      node('n1', 'Relu', '', ['h'], 'r', 12),
      node('n2', 'Dropout', 'drop', ['r'], 'd', 13),
      node('n3', 'Gemm', 'fc2', ['d', 'fc2.weight', 'fc2.bias'], 'y', 14),
    ],
    parameters: [
      parameter('fc1.weight', [9, 6], { initializer: uniform }),
      parameter('fc1.bias', [9], { initializer: uniform }),
      parameter('fc2.weight', [3, 9], { initializer: uniform }),
      parameter('fc2.bias', [3], { initializer: uniform }),
    ],
    modules: [],
  };
}

function batch(rows: number, step: number): { feeds: Tensors; targets: Tensor } {
  const random = new Random(step, 'batch');
  return {
    feeds: { x: { shape: [rows, 6], data: Float32Array.from({ length: rows * 6 }, () => random.normal()) } },
    targets: { shape: [rows], data: Int32Array.from({ length: rows }, () => random.integer(3)) },
  };
}

const request = (model: Model, more: Partial<TrainerRequest> = {}): TrainerRequest => ({
  bindings: { N: 8 },
  weights: initializeWeights(model, 0),
  loss: { name: 'cross_entropy' },
  optimizer: { name: 'Adam', options: {} },
  targets: { shape: [8], dtype: 'int64' },
  seed: 7,
  ...more,
});

async function fails(code: ErrorCode, pattern: RegExp, work: () => Promise<unknown>): Promise<VitrineError> {
  try {
    await work();
  } catch (e) {
    assert.ok(e instanceof VitrineError, `${e}`);
    assert.equal(e.code, code, e.message);
    assert.match(e.message, pattern);
    return e;
  }
  assert.fail(`nothing was thrown instead of ${pattern}`);
}

for (const backend of ['webasm', 'cpu', 'webgpu'] as const) {
  describe(`engine on ${backend}`, () => {
    let engine: Engine;
    before(async function () {
      engine = await engineOn(backend, this);
    });
    after(() => engine?.dispose());

    /** The losses of steps from `from` on; the third of each four is a smaller batch. */
    async function losses(model: Model, steps: number, more: Partial<TrainerRequest> = {}, from = 0) {
      const trainer = await engine.trainer(model, request(model, more));
      const out: number[] = [];
      for (let i = from; i < from + steps; i++) {
        const { feeds, targets } = batch(i % 4 === 2 ? 5 : 8, i);
        out.push((await trainer.step(feeds, targets, { learningRate: 0.02 })).loss);
      }
      return { trainer, out };
    }

    it('runs on the backend that was asked for', () => {
      assert.equal(engine.backend.name, backend);
    });

    it('gives the same numbers twice, dropout included', async () => {
      const model = net(0.4);
      const [a, b] = [await losses(model, 12), await losses(model, 12)];
      assert.deepEqual(a.out, b.out);
      assert.deepEqual(await a.trainer.weights(), await b.trainer.weights());
      const other = await losses(model, 12, { seed: 8 });
      assert.notDeepEqual(a.out, other.out);
    });

    const both: OptimizerSpec[] = [
      { name: 'Adam', options: {} },
      { name: 'SGD', options: { momentum: 0.9 } },
    ];
    for (const optimizer of both) {
      it(`goes on bit for bit from saved weights and ${optimizer.name}'s state`, async () => {
        const model = net(0.3);
        const whole = await losses(model, 14, { optimizer });
        for (const cut of [6, 7]) {
          const first = await losses(model, cut, { optimizer });
          const [weights, state] = [await first.trainer.weights(), await first.trainer.state()];
          await first.trainer.dispose();
          const second = await losses(model, 14 - cut, { optimizer, weights, state }, cut);
          assert.deepEqual([...first.out, ...second.out], whole.out);
          assert.deepEqual(await second.trainer.weights(), await whole.trainer.weights());
        }
      });
    }

    it('reports the norms of the last gradients', async () => {
      const model = net();
      const { trainer } = await losses(model, 1);
      const { feeds, targets } = batch(8, 1);
      const weights = await trainer.weights();
      await trainer.step(feeds, targets, { learningRate: 0 });
      const norms = await trainer.gradientNorms();
      const evaluator = await engine.evaluator(model, {
        bindings: { N: 8 },
        weights,
        loss: { name: 'cross_entropy' },
        gradients: Object.keys(norms),
      });
      const { gradients } = await evaluator.run(feeds, { targets });
      assert.deepEqual(
        Object.keys(norms),
        model.parameters.map(p => p.name),
      );
      for (const [name, norm] of Object.entries(norms)) {
        const expected = Math.hypot(...gradients[name]!.data);
        assert.ok(Math.abs(norm - expected) <= 1e-5 * expected, name);
      }
    });

    it('lets a loss that is no number be seen', async () => {
      const model = net();
      const trainer = await engine.trainer(
        model,
        request(model, { optimizer: { name: 'SGD', options: {} } }),
      );
      let last = 0;
      for (let i = 0; i < 50; i++) {
        const { feeds, targets } = batch(8, i);
        last = (await trainer.step(feeds, targets, { learningRate: 1e20 })).loss;
      }
      assert.ok(!Number.isFinite(last), `${last}`);
    });

    it('takes fewer rows than it was compiled for', async () => {
      const model = net();
      const weights = initializeWeights(model, 0);
      const wanted = { weights, gradients: ['x', 'fc1.weight'], fetch: ['r'] };
      const wide = await engine.evaluator(model, { bindings: { N: 8 }, ...wanted });
      const exact = await engine.evaluator(model, { bindings: { N: 3 }, ...wanted });
      const { feeds } = batch(3, 0);
      const seed = { shape: [3, 3], data: Float32Array.from({ length: 9 }, (_, i) => i - 4) };
      const [a, b] = [await wide.run(feeds, { seed }), await exact.run(feeds, { seed })];
      assert.deepEqual(a.values['y']!.shape, [3, 3]);
      for (const [x, y] of [
        [a.values, b.values],
        [a.gradients, b.gradients],
      ] as const) {
        assert.deepEqual(Object.keys(x), Object.keys(y));
        for (const id of Object.keys(x)) {
          assert.deepEqual(x[id]!.shape, y[id]!.shape);
          x[id]!.data.forEach((v, i) => {
            assert.ok(Math.abs(v - y[id]!.data[i]!) < 1e-5, id);
          });
        }
      }
    });

    it('takes a batch of no rows as PyTorch does: no loss, no gradients, nothing learnt', async () => {
      const model = net(0.3);
      const before = initializeWeights(model, 0);
      for (const rows of [0, 8]) {
        // Compiled for no rows, or for more.
        const trainer = await engine.trainer(
          model,
          request(model, { bindings: { N: rows }, targets: { shape: [rows], dtype: 'int64' } }),
        );
        const { feeds, targets } = batch(0, 1);
        const { loss, output } = await trainer.step(feeds, targets, { learningRate: 0.1 });
        assert.equal(loss, Number.NaN);
        assert.deepEqual(output, { shape: [0, 3], data: new Float32Array(0) });
        for (const norm of Object.values(await trainer.gradientNorms())) assert.equal(norm, 0);
        assert.deepEqual(await trainer.weights(), before);
        await trainer.dispose();
        const evaluator = await engine.evaluator(model, { bindings: { N: rows }, weights: before });
        assert.deepEqual((await evaluator.run(feeds)).values['y']!.shape, [0, 3]);
        await evaluator.dispose();
      }
    });

    it('takes the mean loss over the rows that are there', async () => {
      const model = net();
      const weights = initializeWeights(model, 0);
      const loss = { name: 'cross_entropy' };
      const wide = await engine.evaluator(model, { bindings: { N: 8 }, weights, loss });
      const exact = await engine.evaluator(model, { bindings: { N: 3 }, weights, loss });
      const { feeds, targets } = batch(3, 0);
      assert.equal((await wide.run(feeds, { targets })).loss, (await exact.run(feeds, { targets })).loss);
    });

    it('replaces resident weights', async () => {
      const model = net();
      const evaluator = await engine.evaluator(model, {
        bindings: { N: 2 },
        weights: initializeWeights(model, 0),
      });
      const { feeds } = batch(2, 0);
      await evaluator.load({
        'fc2.weight': { shape: [3, 9], data: new Float32Array(27) },
        'fc2.bias': { shape: [3], data: Float32Array.of(1, 2, 3) },
      });
      assert.deepEqual([...(await evaluator.run(feeds)).values['y']!.data], [1, 2, 3, 1, 2, 3]);
    });

    it('differentiates as finite differences do', async () => {
      const model = net();
      const weights = initializeWeights(model, 3);
      const names = model.parameters.map(p => p.name);
      const evaluator = await engine.evaluator(model, {
        bindings: { N: 8 },
        weights,
        loss: { name: 'cross_entropy' },
        gradients: ['x', ...names],
      });
      const { feeds, targets } = batch(8, 5);
      const { gradients } = await evaluator.run(feeds, { targets });
      const random = new Random(0, 'direction');
      for (const id of ['x', ...names]) {
        const g = gradients[id]!.data;
        const direction = Float32Array.from(g, () => random.normal());
        let slope = 0;
        g.forEach((v, i) => {
          slope += v * direction[i]!;
        });
        const h = 1e-3;
        const lossAt = async (step: number) => {
          const moved = (t: Tensor) => ({
            shape: t.shape,
            data: Float32Array.from(t.data, (v, i) => v + step * direction[i]!),
          });
          if (id !== 'x') await evaluator.load({ [id]: moved(weights[id]!) });
          const fed = id === 'x' ? { x: moved(feeds['x']!) } : feeds;
          const { loss } = await evaluator.run(fed, { targets });
          if (id !== 'x') await evaluator.load({ [id]: weights[id]! });
          return loss!;
        };
        const numeric = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
        assert.ok(
          Math.abs(numeric - slope) < 2e-3 * Math.max(1, Math.abs(slope)),
          `${id}: ${numeric}, ${slope}`,
        );
      }
    });

    describe('says what is wrong', () => {
      const model = net();
      const weights = initializeWeights(model, 0);
      const bindings = { N: 4 };
      const evaluator = (m: Model, more = {}) => engine.evaluator(m, { bindings, weights, ...more });
      const changed = (i: number, change: Partial<Node>): Model => ({
        ...model,
        nodes: model.nodes.map((n, j) => (i === j ? { ...n, ...change } : n)),
      });

      it('about an op that it lacks', async () => {
        const e = await fails('unsupported-op', /"Reluu".*Did you mean "Relu"/, () =>
          evaluator(changed(1, { op: 'Reluu', module: 'act' })),
        );
        assert.match(e.message, /which act uses/);
        assert.equal(e.details.at?.line, 12);
      });

      it('about sizes that do not fit', async () => {
        const e = await fails(
          'shape-mismatch',
          /Net\.fc2 \(Gemm\): mat1 and mat2 shapes cannot be multiplied \(4x6 and 9x3\)/,
          () => evaluator(changed(3, { inputs: ['x', 'fc2.weight', 'fc2.bias'] })),
        );
        assert.equal(e.details.at?.line, 14);
      });

      it('about a symbol without a value', () =>
        fails('bad-request', /\(N, 6\), but N has no value/, () => evaluator(model, { bindings: {} })));
      it('about a size that is none', () =>
        fails('bad-request', /The size N is 2\.5/, () => evaluator(model, { bindings: { N: 2.5 } })));
      it('about a missing feed', async () => {
        const e = await evaluator(model);
        await fails('bad-request', /needs the input "features"/, () => e.run({}));
      });
      it('about a feed of the wrong shape', async () => {
        const e = await evaluator(model);
        const x = { shape: [4, 5], data: new Float32Array(20) };
        await fails('shape-mismatch', /takes the shape \(4, 6\), but got \(4, 5\)/, () => e.run({ x }));
        const more = { shape: [5, 6], data: new Float32Array(30) };
        await fails('shape-mismatch', /takes the shape \(4, 6\), but got \(5, 6\)/, () => e.run({ x: more }));
        const short = { shape: [4, 6], data: new Float32Array(23) };
        await fails('bad-request', /has 23 values, but its shape \(4, 6\) holds 24/, () =>
          e.run({ x: short }),
        );
      });
      it('about missing or misshapen weights', async () => {
        const { 'fc1.bias': _, ...fewer } = weights;
        await fails('bad-request', /lack "fc1\.bias"/, () => evaluator(model, { weights: fewer }));
        const wrong = { ...weights, 'fc1.bias': { shape: [8], data: new Float32Array(8) } };
        await fails('shape-mismatch', /"fc1\.bias" has the shape \(8\), but Net takes \(9\)/, () =>
          evaluator(model, { weights: wrong }),
        );
      });
      it('about values that are not there', () =>
        fails('bad-request', /no value "z"/, () => evaluator(model, { fetch: ['z'] })));
      it('about a seed or targets that are missing', async () => {
        const { feeds, targets } = batch(4, 0);
        const e = await evaluator(model, { gradients: ['x'] });
        await fails('bad-request', /need a seed of the shape \(4, 3\)/, () => e.run(feeds));
        const l = await evaluator(model, { loss: { name: 'cross_entropy' } });
        await fails('bad-request', /needs targets/, () => l.run(feeds));
        await fails('shape-mismatch', /targets of the shape \(4\), but got \(4, 1\)/, () =>
          l.run(feeds, { targets: { ...targets, shape: [4, 1] } }),
        );
        await fails('bad-data', /Target 3 is out of bounds.*3 classes/, () =>
          l.run(feeds, { targets: { shape: [4], data: Int32Array.of(0, 1, 2, 3) } }),
        );
      });
      it('about losses and optimisers that do not exist, and their options', async () => {
        const train = (more: Partial<TrainerRequest>) => () => engine.trainer(model, request(model, more));
        await fails(
          'bad-experiment',
          /no loss "cross_entrpy"\. Did you mean "cross_entropy"/,
          train({ loss: { name: 'cross_entrpy' } }),
        );
        await fails(
          'bad-experiment',
          /no optimizer "Adm"\. Did you mean "Adam"/,
          train({ optimizer: { name: 'Adm', options: {} } }),
        );
        await fails(
          'bad-experiment',
          /"Adam".*"bettas"/,
          train({ optimizer: { name: 'Adam', options: { bettas: [0, 0] } } }),
        );
        await fails(
          'bad-experiment',
          /"SGD".*"momentum".*-1/,
          train({ optimizer: { name: 'SGD', options: { momentum: -1 } } }),
        );
        await fails('shape-mismatch', /The loss "mse" does not fit Net/, train({ loss: { name: 'mse' } }));
      });
    });
  });
}

describe('createEngine', () => {
  it('takes WebAssembly by default', async () => {
    const engine = await createEngine();
    assert.equal(engine.backend.name, 'webasm');
    await engine.dispose();
  });

  it('refuses a backend that is not there instead of taking another', async () => {
    await fails('bad-request', /There is no backend "cuda"/, () =>
      createEngine({ backend: 'cuda' as 'cpu' }),
    );
    const before = process.env['VITRINE_WEBGPU'];
    try {
      for (const [folder, reason] of [
        ['off', /"webgpu" is not there: it is switched off by VITRINE_WEBGPU=off\. Use "webasm"/],
        ['/no/such/folder', /"webgpu" is not there: .*in \/no\/such\/folder does not load here: Cannot find/],
      ] as const) {
        process.env['VITRINE_WEBGPU'] = folder;
        await fails('bad-request', reason, () => createEngine({ backend: 'webgpu' }));
      }
    } finally {
      if (before === undefined) delete process.env['VITRINE_WEBGPU'];
      else process.env['VITRINE_WEBGPU'] = before;
    }
  });

  it('agrees between its backends', async () => {
    const model = net();
    const outputs: Float32Array[] = [];
    for (const backend of ['webasm', 'cpu'] as const) {
      const engine = await createEngine({ backend });
      const trainer = await engine.trainer(model, request(model));
      for (let i = 0; i < 20; i++) {
        const { feeds, targets } = batch(8, i);
        await trainer.step(feeds, targets, { learningRate: 0.01 });
      }
      outputs.push((await trainer.weights())['fc1.weight']!.data as Float32Array);
      await engine.dispose();
    }
    outputs[0]!.forEach((v, i) => {
      assert.ok(Math.abs(v - outputs[1]![i]!) < 1e-4);
    });
  });
});

describe('first weights', () => {
  it('depend on the seed and the name alone', () => {
    const model = net();
    const reversed = { ...model, parameters: [...model.parameters].reverse() };
    const a = initializeWeights(model, 1);
    const b = initializeWeights(reversed, 1);
    for (const { name } of model.parameters) assert.deepEqual(a[name], b[name]);
    assert.notDeepEqual(a, initializeWeights(model, 2));
  });

  it('follow every kind of initializer', () => {
    const of = (initializer: Initializer, shape: number[]) =>
      initializeWeights({ ...net(), parameters: [parameter('w', shape, { initializer })] }, 5)['w']!.data;
    assert.ok(of({ kind: 'zeros' }, [4]).every(v => v === 0));
    assert.ok(of({ kind: 'ones' }, [4]).every(v => v === 1));
    assert.ok(of({ kind: 'constant', value: 2.5 }, [4]).every(v => v === 2.5));
    assert.deepEqual([...of({ kind: 'values', values: [1, 2, 3] }, [3])], [1, 2, 3]);
    assert.deepEqual([...of({ kind: 'eye' }, [2, 3])], [1, 0, 0, 0, 1, 0]);
    const mean = (d: ArrayLike<number>) => Array.from(d).reduce((s, v) => s + v, 0) / d.length;
    const std = (d: ArrayLike<number>) => {
      const m = mean(d);
      return Math.sqrt(mean(Array.from(d, v => (v - m) ** 2)));
    };
    const u = of({ kind: 'uniform', low: -2, high: 4 }, [100, 100]);
    assert.ok(u.every(v => v >= -2 && v <= 4) && Math.abs(mean(u) - 1) < 0.05);
    assert.ok(Math.abs(std(u) - 6 / Math.sqrt(12)) < 0.05);
    const n = of({ kind: 'normal', mean: 3, std: 2 }, [100, 100]);
    assert.ok(Math.abs(mean(n) - 3) < 0.06 && Math.abs(std(n) - 2) < 0.05);
    const t = of({ kind: 'truncated_normal', mean: 0, std: 1, low: -1, high: 2 }, [100, 100]);
    assert.ok(t.every(v => v >= -1 && v <= 2));
    for (const [rows, columns] of [
      [5, 9],
      [9, 5],
    ] as const) {
      const q = of({ kind: 'orthogonal', gain: 2 }, [rows, columns]);
      const few = Math.min(rows, columns);
      const at = (i: number, k: number) => (rows <= columns ? q[i * columns + k]! : q[k * columns + i]!);
      for (let i = 0; i < few; i++) {
        for (let j = 0; j < few; j++) {
          let dot = 0;
          for (let k = 0; k < Math.max(rows, columns); k++) dot += at(i, k) * at(j, k);
          assert.ok(Math.abs(dot - (i === j ? 4 : 0)) < 1e-5);
        }
      }
    }
  });
});

describe('reductions of nothing', () => {
  const nothing = (op: string): Model => ({
    name: 'Empty',
    file: 'empty.onnx',
    format: 'onnx',
    inputs: ['x'],
    outputs: ['y'],
    values: {
      x: { id: 'x', dtype: 'float32', shape: [2, 0, 3] },
      y: { id: 'y', dtype: 'float32', shape: [2, 3] },
    },
    nodes: [
      {
        id: 'n',
        op,
        module: '',
        inputs: ['x'],
        outputs: ['y'],
        attributes: { ...(op.startsWith('Arg') ? { axis: 1 } : { axes: [1] }), keepdims: 0 },
      },
    ],
    parameters: [],
    modules: [],
  });

  it('are what ONNX says, and read no other memory', async () => {
    const engine = await createEngine({ backend: 'webasm' });
    for (const [op, expected] of [
      ['ReduceSum', 0],
      ['ReduceProd', 1],
      ['ReduceMax', Number.NEGATIVE_INFINITY],
      ['ReduceMin', Number.POSITIVE_INFINITY],
      ['ReduceMean', Number.NaN],
      ['ReduceLogSumExp', Number.NEGATIVE_INFINITY],
    ] as const) {
      const evaluator = await engine.evaluator(nothing(op), { bindings: {}, weights: {} });
      const { values } = await evaluator.run({ x: { shape: [2, 0, 3], data: new Float32Array(0) } });
      assert.deepEqual([...values['y']!.data], new Array(6).fill(expected), op);
    }
    await fails('shape-mismatch', /argmax\(\): Expected reduction dim 1 to have non-zero size/, () =>
      engine.evaluator(nothing('ArgMax'), { bindings: {}, weights: {} }),
    );
    await engine.dispose();
  });
});
