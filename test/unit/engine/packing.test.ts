/** Weights that are packed ahead give the same bits as weights that are packed in each run. */
import assert from 'node:assert/strict';
import { bindModel, Graph } from '../../../src/engine/compile/graph';
import { layOut } from '../../../src/engine/compile/layout';
import { lower } from '../../../src/engine/compile/plan';
import { createEngine } from '../../../src/engine/create';
import { initializeWeights } from '../../../src/engine/initialize';
import type { Model } from '../../../src/model/graph';
import { parameter } from './_reference';

/** A linear layer whose weight is also read as it is where `tied`. */
function linear(k: number, n: number, tied = false): Model {
  const shape = (width: number) => ({ dtype: 'float32' as const, shape: ['N', width] });
  return {
    name: 'Net',
    file: 'net.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: tied ? ['y', 'z'] : ['y'],
    values: {
      x: { id: 'x', ...shape(k) },
      y: { id: 'y', ...shape(n) },
      ...(tied && { z: { id: 'z', dtype: 'float32', shape: [n, k] } }),
    },
    nodes: [
      {
        id: 'n0',
        op: 'Gemm',
        module: 'fc',
        inputs: ['x', 'w', 'b'],
        outputs: ['y'],
        attributes: { transB: 1 },
      },
      ...(tied ? [{ id: 'n1', op: 'Relu', module: '', inputs: ['w'], outputs: ['z'], attributes: {} }] : []),
    ],
    parameters: [
      parameter('w', [n, k], { initializer: { kind: 'uniform', low: -1, high: 1 } }),
      parameter('b', [n], { initializer: { kind: 'uniform', low: -1, high: 1 } }),
    ],
    modules: [],
  };
}

function packedIn(model: Model, rows: number): number {
  const graph = bindModel(model, { N: rows }, false);
  const ends = { inputs: model.inputs, residents: ['w', 'b'], outputs: model.outputs };
  const { plan } = layOut(lower(graph, ends, true).plan, 1);
  return plan.calls.filter(c => c.once).length;
}

describe('weights that are packed ahead', () => {
  for (const threads of [1, 3])
    it(`give the bits of those that are not, and follow new ones, on ${threads} thread${threads > 1 ? 's' : ''}`, async () => {
      const engine = await createEngine({ backend: 'webasm', threads });
      // One row, odd sizes, blocks of 512 columns and of 256 rows that are left unfinished.
      for (const [rows, k, n] of [
        [1, 300, 40],
        [5, 257, 13],
        [3, 70, 530],
        [130, 520, 1029],
      ] as const) {
        const model = linear(k, n);
        assert.equal(packedIn(model, rows), 1);
        const bindings = { N: rows };
        const data = Float32Array.from({ length: rows * k }, (_, i) => Math.sin(i));
        const feeds = { x: { shape: [rows, k], data } };
        const targets = { shape: [rows, n], data: new Float32Array(rows * n) };
        const evaluator = await engine.evaluator(model, { bindings, weights: initializeWeights(model, 1) });
        for (const seed of [1, 2]) {
          const weights = initializeWeights(model, seed);
          await evaluator.load(weights);
          // Training packs in each step: its weights change.
          const trainer = await engine.trainer(model, {
            bindings,
            weights,
            loss: { name: 'mse' },
            optimizer: { name: 'SGD', options: {} },
            targets: { shape: [rows, n], dtype: 'float32' },
          });
          const { output } = await trainer.step(feeds, targets, { learningRate: 0 });
          const { values } = await evaluator.run(feeds);
          assert.deepEqual(values['y']!.data, output.data, `${rows} x ${k} x ${n}`);
          await trainer.dispose();
        }
        await evaluator.dispose();
      }
      await engine.dispose();
    });

  it('are left as they are where something else reads them, or packing does not pay', () => {
    assert.equal(packedIn(linear(512, 512), 4), 1);
    assert.equal(packedIn(linear(512, 512, true), 4), 0);
    assert.equal(packedIn(linear(2, 5), 4), 0);
  });
});

describe('rows of a product', () => {
  /** The kernels of an LSTM's inference; its steps' inputs are also handed out where `shown`. */
  const kernelsOf = (shown: boolean): (string | undefined)[] => {
    const graph = new Graph(false);
    const declare = (id: string, shape: number[]) => graph.declare(id, { dtype: 'float32', shape });
    const [x, w, h] = [declare('x', [8, 12]), declare('w', [16, 12]), declare('h', [4, 4])];
    const all = graph.emit('Gemm', [x, w], { transB: 1 })[0]!;
    const parts = graph.emit('Split', [all], { axis: 0, split: [4, 4] });
    const through = declare('through', [4, 16]);
    const steps = parts.flatMap(part => graph.emit('LSTMStep', [part, through, h]).slice(0, 2));
    const ends = {
      inputs: [x, w, h, through],
      residents: [],
      outputs: [...steps, ...(shown ? [parts[1]!] : [])],
    };
    return layOut(lower(graph, ends, true).plan, 1).plan.calls.map(c => c.fast?.name);
  };

  it('are read where they lie by the steps of a recurrent layer', () => {
    assert.deepEqual(kernelsOf(false), ['matmul', 'lstmStep', 'lstmStep']);
  });

  it('are copied where something else reads them', () => {
    assert.deepEqual(kernelsOf(true).sort(), ['cut', 'lstmStep', 'lstmStep', 'matmul']);
  });
});
