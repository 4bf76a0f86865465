/** Whole nets, losses and optimisers against PyTorch's numbers (test/reference/engine_nets.py). */
import assert from 'node:assert/strict';
import type { Engine } from '../../../src/engine/engine';
import type { Attributes, Model, Node, Tensors, Value } from '../../../src/model/graph';
import { casesOn, engineOn } from './_backends';
import { modelOf, parameter, type ReferenceTensor, reference, relativeError, tensor } from './_reference';

interface Net {
  name: string;
  loss: string;
  batch: number;
  x: ReferenceTensor;
  targets: ReferenceTensor;
  weights: Record<string, ReferenceTensor>;
  output: ReferenceTensor;
  value: number;
  gradients: Record<string, ReferenceTensor>;
  dx: ReferenceTensor;
  runs: {
    optimizer: string;
    options: Record<string, number | boolean | number[]>;
    lr: number;
    losses: number[];
    weights: Record<string, ReferenceTensor>;
  }[];
}

interface LossCase {
  name: string;
  options: Record<string, number | string | number[]>;
  output: ReferenceTensor;
  targets: ReferenceTensor;
  value: number;
  gradient: ReferenceTensor;
}

interface BatchNorm {
  weights: Record<string, ReferenceTensor>;
  x: ReferenceTensor;
  y: ReferenceTensor;
  seed: ReferenceTensor;
  dx: ReferenceTensor;
  gradients: Record<string, ReferenceTensor>;
  after: Record<string, ReferenceTensor>;
}

const { nets, losses, batchNorm } = reference<{ nets: Net[]; losses: LossCase[]; batchNorm: BatchNorm }>(
  'engine_nets.json',
);

type Layer = [op: string, parameters?: string[], attributes?: Attributes];

const pool: Layer = ['MaxPool', [], { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 0, 0] }];
const linear = (name: string): Layer => ['Gemm', [`${name}.weight`, `${name}.bias`], { transB: 1 }];

const chains: Record<string, Layer[]> = {
  Small: [linear('fc1'), ['Relu'], linear('fc2')],
  Mlp: [linear('fc1'), ['Tanh'], linear('fc2'), ['Sigmoid'], linear('fc3')],
  LeNet: [
    ['Conv', ['conv1.weight', 'conv1.bias'], { pads: [1, 1, 1, 1] }],
    ['Relu'],
    pool,
    ['Conv', ['conv2.weight', 'conv2.bias']],
    ['Relu'],
    pool,
    ['Flatten', [], { axis: 1 }],
    linear('fc1'),
    ['Relu'],
    linear('fc2'),
  ],
  Normed: [
    ['Conv', ['conv.weight']],
    [
      'BatchNormalization',
      ['bn.weight', 'bn.bias', 'bn.running_mean', 'bn.running_var'],
      { epsilon: 1e-5, momentum: 0.9 },
    ],
    ['Relu'],
    ['ReduceMean', [], { axes: [2, 3], keepdims: 0 }],
    linear('fc'),
  ],
};

/** A chain of layers; types of inner values are left to the engine. */
function chain(net: Net): Model {
  const layers = chains[net.name]!;
  const values: Record<string, Value> = {
    x: { id: 'x', dtype: 'float32', shape: ['N', ...net.x.shape.slice(1)] },
  };
  const nodes = layers.map(([op, parameters = [], attributes = {}], i): Node => {
    const from = i === 0 ? 'x' : `v${i - 1}`;
    values[`v${i}`] = { id: `v${i}`, dtype: 'float32', shape: ['N'] };
    return { id: `n${i}`, op, module: '', inputs: [from, ...parameters], outputs: [`v${i}`], attributes };
  });
  return {
    name: net.name,
    file: 'net.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: [`v${layers.length - 1}`],
    values,
    nodes,
    parameters: Object.entries(net.weights).map(([name, t]) =>
      parameter(name, t.shape, name.includes('running') ? { kind: 'buffer', trainable: false } : {}),
    ),
    modules: [],
  };
}

function tensors(of: Record<string, ReferenceTensor>): Tensors {
  return Object.fromEntries(Object.entries(of).map(([name, t]) => [name, tensor(t)]));
}

function rows(t: ReferenceTensor, from: number, to: number): ReferenceTensor {
  const width = t.data.length / t.shape[0]!;
  return { ...t, shape: [to - from, ...t.shape.slice(1)], data: t.data.slice(from * width, to * width) };
}

function near(got: ArrayLike<number>, expected: ArrayLike<number>, limit: number, what: string): void {
  const error = relativeError(got, expected);
  assert.ok(error <= limit, `${what} is off by ${error}`);
}

for (const backend of ['webasm', 'cpu', 'webgpu'] as const) {
  describe(`nets on ${backend}`, () => {
    let engine: Engine;
    before(async function () {
      engine = await engineOn(backend, this);
    });
    after(() => engine?.dispose());

    for (const net of nets) {
      describe(net.name, () => {
        const model = chain(net);

        it('computes the outputs, the loss and all gradients', async () => {
          const names = Object.keys(net.gradients);
          const evaluator = await engine.evaluator(model, {
            bindings: { N: net.batch },
            weights: tensors(net.weights),
            gradients: ['x', ...names],
            loss: { name: net.loss },
          });
          assert.equal(evaluator.backend.name, backend);
          const { values, gradients, loss } = await evaluator.run(
            { x: tensor(rows(net.x, 0, net.batch)) },
            { targets: tensor(rows(net.targets, 0, net.batch)) },
          );
          near(values[model.outputs[0]!]!.data, net.output.data, 1e-5, 'the output');
          near([loss!], [net.value], 1e-5, 'the loss');
          near(gradients['x']!.data, net.dx.data, 1e-4, 'dx');
          for (const name of names) near(gradients[name]!.data, net.gradients[name]!.data, 1e-4, `d${name}`);
          await evaluator.dispose();
        });

        for (const run of casesOn(backend, net.runs, () => net.name)) {
          it(`takes 20 steps of ${run.optimizer} ${JSON.stringify(run.options)}`, async () => {
            const trainer = await engine.trainer(model, {
              bindings: { N: net.batch },
              weights: tensors(net.weights),
              loss: { name: net.loss },
              optimizer: { name: run.optimizer, options: run.options },
              targets: { shape: rows(net.targets, 0, net.batch).shape, dtype: net.targets.dtype },
            });
            assert.equal(trainer.backend.name, backend);
            const all = net.x.shape[0]!;
            const got: number[] = [];
            for (let at = 0; got.length < 20; ) {
              const end = Math.min(at + net.batch, all);
              const { loss, output } = await trainer.step(
                { x: tensor(rows(net.x, at, end)) },
                tensor(rows(net.targets, at, end)),
                { learningRate: run.lr },
              );
              assert.equal(output.shape[0], end - at);
              got.push(loss);
              at = end === all ? 0 : end;
            }
            near(got, run.losses, 1e-3, 'the loss curve');
            const weights = await trainer.weights();
            for (const [name, t] of Object.entries(run.weights))
              near(weights[name]!.data, t.data, 1e-3, `${name} after 20 steps`);
            await trainer.dispose();
          });
        }
      });
    }

    describe('losses', () => {
      for (const c of casesOn(backend, losses, c => c.name)) {
        it(`${c.name} ${JSON.stringify(c.options)} of ${c.output.shape}`, async () => {
          const model = modelOf('Identity', {}, [c.output], [c.output]);
          const evaluator = await engine.evaluator(model, {
            bindings: {},
            weights: {},
            gradients: ['x0'],
            loss: { name: c.name, options: c.options },
          });
          const { loss, gradients } = await evaluator.run(
            { x0: tensor(c.output) },
            { targets: tensor(c.targets) },
          );
          near([loss!], [c.value], 1e-5, 'the loss');
          near(gradients['x0']!.data, c.gradient.data, 1e-4, 'the gradient');
          await evaluator.dispose();
        });
      }
    });

    it('normalizes by the batch while training', async () => {
      const names = ['weight', 'bias', 'running_mean', 'running_var'];
      const model: Model = {
        ...modelOf('BatchNormalization', { epsilon: 1e-3, momentum: 0.7 }, [batchNorm.x], [batchNorm.y]),
        parameters: names.map(n =>
          parameter(n, [3], n.startsWith('running') ? { kind: 'buffer', trainable: false } : {}),
        ),
      };
      Object.assign(model.nodes[0]!, { inputs: ['x0', ...names] });
      const weights = tensors(batchNorm.weights);
      const evaluator = await engine.evaluator(model, {
        bindings: {},
        weights,
        training: true,
        gradients: ['x0', 'weight', 'bias'],
      });
      const { values, gradients } = await evaluator.run(
        { x0: tensor(batchNorm.x) },
        { seed: tensor(batchNorm.seed) },
      );
      near(values['y0']!.data, batchNorm.y.data, 1e-5, 'y');
      near(gradients['x0']!.data, batchNorm.dx.data, 1e-4, 'dx');
      for (const n of ['weight', 'bias'])
        near(gradients[n]!.data, batchNorm.gradients[n]!.data, 1e-4, `d${n}`);
      const trainer = await engine.trainer(model, {
        bindings: {},
        weights,
        loss: { name: 'mse' },
        optimizer: { name: 'SGD', options: {} },
        targets: { shape: batchNorm.y.shape, dtype: 'float32' },
      });
      await trainer.step({ x0: tensor(batchNorm.x) }, tensor(batchNorm.seed), { learningRate: 0 });
      const after = await trainer.weights();
      for (const n of names) near(after[n]!.data, batchNorm.after[n]!.data, 1e-5, n);
    });
  });
}
