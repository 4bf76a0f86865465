/** A small engine and data set that obey the contracts, for what needs no real ones. */
import type { Dataset } from '../../../src/data/dataset';
import type { Engine, Evaluation, EvaluatorRequest, TrainerRequest } from '../../../src/engine/engine';
import type { Model, Tensor, Tensors } from '../../../src/model/graph';

export const features = 3;

/** y = x · w + b. */
export const linearModel: Model = {
  name: 'Linear',
  file: '/models/linear.py',
  format: 'pytorch',
  inputs: ['x'],
  outputs: ['y'],
  values: {
    x: { id: 'x', dtype: 'float32', shape: ['N', features] },
    y: { id: 'y', dtype: 'float32', shape: ['N', 1] },
    w: { id: 'w', dtype: 'float32', shape: [features] },
    b: { id: 'b', dtype: 'float32', shape: [1] },
  },
  nodes: [{ id: 'n', op: 'Gemm', module: '', inputs: ['x', 'w', 'b'], outputs: ['y'], attributes: {} }],
  parameters: [
    {
      name: 'w',
      dtype: 'float32',
      shape: [features],
      kind: 'parameter',
      trainable: true,
      initializer: { kind: 'uniform', low: -1, high: 1 },
    },
    {
      name: 'b',
      dtype: 'float32',
      shape: [1],
      kind: 'parameter',
      trainable: true,
      initializer: { kind: 'zeros' },
    },
  ],
  modules: [],
};

export function linearDataset(rows = 50, change: Partial<Dataset> = {}): Dataset {
  const x = (row: number, c: number) => Math.sin(row * 7 + c * 3);
  const y = (row: number) => x(row, 0) * 2 - x(row, 1) + 0.5;
  const all = Int32Array.from({ length: rows }, (_, i) => i);
  return {
    name: 'lines.csv',
    modality: 'table',
    sampleShape: [features],
    features: [],
    target: { name: 'y', kind: 'number' },
    splits: {
      train: all.slice(0, rows - 20),
      valid: all.slice(rows - 20, rows - 10),
      test: all.slice(rows - 10),
    },
    notes: [],
    hash: 'abc',
    batch(wanted) {
      const list = Array.from(wanted);
      return {
        input: {
          shape: [list.length, features],
          data: Float32Array.from(list.flatMap(r => [0, 1, 2].map(c => x(r, c)))),
        },
        targets: { shape: [list.length, 1], data: Float32Array.from(list.map(y)) },
      };
    },
    raw: row => ({ row, split: 'train', values: {}, target: y(row) }),
    prepare: () => ({ shape: [0, features], data: new Float32Array(0) }),
    preparation: () => ({ format: 'test' }),
    ...change,
  };
}

export interface FakeEngineOptions {
  /** Called before each step, with the number of steps that this trainer did. */
  beforeStep?(step: number): void | Promise<void>;
  /** Replaces the loss that a step reports. */
  loss?(step: number, loss: number): number;
}

/** Gradient descent with momentum, in float32, step for step the same whatever the process. */
export function fakeEngine(options: FakeEngineOptions = {}): Engine {
  const backend = { name: 'cpu' as const, executor: 'fake', threads: 1 };
  return {
    backend,
    async evaluator(_model: Model, request: EvaluatorRequest) {
      let weights = request.weights;
      return {
        backend,
        async run(feeds: Tensors, given?: { targets?: Tensor }): Promise<Evaluation> {
          const output = forward(feeds['x']!, weights);
          const { targets } = given ?? {};
          return {
            values: { y: output },
            gradients: {},
            ...(targets && { loss: meanSquare(output, targets) }),
          };
        },
        bindInput: async (_id: string, rows = 1) => bound(rows),
        async load(next: Tensors) {
          weights = { ...weights, ...next };
        },
        async dispose() {},
      };
    },
    async trainer(_model: Model, request: TrainerRequest) {
      const weights = copy(request.weights);
      const velocity = request.state ? copy(request.state) : zeros(weights);
      let steps = 0;
      return {
        backend,
        async step(feeds: Tensors, targets: Tensor, { learningRate }: { learningRate: number }) {
          await options.beforeStep?.(steps);
          const x = feeds['x']!;
          const output = forward(x, weights);
          const loss = meanSquare(output, targets);
          const rows = x.shape[0]!;
          for (let i = 0; i < rows; i++) {
            const g = (2 * (output.data[i]! - targets.data[i]!)) / rows;
            for (let c = 0; c < features; c++) velocity['w']!.data[c]! += g * x.data[i * features + c]!;
            velocity['b']!.data[0]! += g;
          }
          for (const name of ['w', 'b']) {
            const v = velocity[name]!.data;
            for (let i = 0; i < v.length; i++) {
              weights[name]!.data[i]! -= learningRate * v[i]!;
              v[i]! *= 0.9;
            }
          }
          const reported = options.loss?.(steps, loss) ?? loss;
          steps++;
          return { loss: reported, output };
        },
        bindInput: async (_id: string, rows = 1) => bound(rows),
        weights: async () => copy(weights),
        averagedWeights: async () => copy(weights),
        state: async () => copy(velocity),
        gradientNorms: async () => ({ w: 1, b: 1 }),
        gradients: async () => copy(velocity),
        async dispose() {},
      };
    },
    async dispose() {},
  };
}

const bound = (rows: number) => ({ shape: [rows, features], data: new Float32Array(rows * features) });

function forward(x: Tensor, weights: Tensors): Tensor {
  const rows = x.shape[0]!;
  const data = new Float32Array(rows);
  for (let i = 0; i < rows; i++) {
    data[i] = weights['b']!.data[0]!;
    for (let c = 0; c < features; c++) data[i]! += x.data[i * features + c]! * weights['w']!.data[c]!;
  }
  return { shape: [rows, 1], data };
}

function meanSquare(a: Tensor, b: Tensor): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += (a.data[i]! - b.data[i]!) ** 2;
  return sum / a.data.length;
}

function copy(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => [name, { shape: t.shape, data: t.data.slice() }]),
  );
}

function zeros(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, t]) => [
      name,
      { shape: t.shape, data: new Float32Array(t.data.length) },
    ]),
  );
}
