/** What is peculiar to the GPU: shaders, a device that goes away, memory that it has not. */
import assert from 'node:assert/strict';
import type { Plan } from '../../../src/engine/compile/plan';
import { createEvaluator } from '../../../src/engine/evaluator';
import type { Executor } from '../../../src/engine/executors/executor';
import { webasmExecutor } from '../../../src/engine/executors/webasm';
import { webgpuExecutor } from '../../../src/engine/executors/webgpu';
import type { GpuDevice } from '../../../src/engine/gpu/device';
import { helpersFor } from '../../../src/engine/gpu/functions';
import { groupShader } from '../../../src/engine/gpu/kernels';
import { openNodeGpu } from '../../../src/engine/gpu/nodeGpu';
import { portableShader } from '../../../src/engine/gpu/wgsl';
import type { KernelCall } from '../../../src/engine/op';
import {
  convGradInputKernel,
  convGradWeightKernel,
  convKernel,
  convolutionOf,
} from '../../../src/engine/ops/_conv';
import { productKernel } from '../../../src/engine/ops/_product';
import { reduceKernel } from '../../../src/engine/ops/_reduce';
import { createTrainer } from '../../../src/engine/trainer';
import { VitrineError } from '../../../src/model/errors';
import type { Model } from '../../../src/model/graph';
import { requireGpu } from './_backends';
import { modelOf, noise, parameter, type ReferenceTensor, relativeError } from './_reference';

const call = (source: string): KernelCall => ({
  name: 'Test',
  source,
  inputs: [{ buffer: 'x', shape: [4] }],
  output: { buffer: 'y', shape: [4] },
});

/** Milliseconds for shaders that a processor computes, one that does other work too. */
const emulated = 300_000;

describe('shaders', () => {
  it('come from gpu.js, over one buffer', () => {
    const code = portableShader(call('function (a) { return a[this.thread.x] * 2; }'), 4);
    assert.match(code, /struct Places \{ result : u32, user_a : u32 \}/);
    assert.match(code, /arena\[at\.result \+ cell\] = /);
    assert.doesNotMatch(code, /params|var<storage, read>/);
  });

  it('are refused where gpu.js cannot write one, not run elsewhere', () => {
    assert.throws(() => portableShader(call('function (a) { return undefinedThing(a[0]); }'), 4));
  });

  it('carry the functions that they call, and no others', () => {
    assert.deepEqual(helpersFor('let y = x + 1.0;'), []);
    const names = helpersFor('let y = tangent(x);').map(f => /fn (\w+)/.exec(f)![1]);
    assert.deepEqual(names, ['tangent', 'sine', 'turn', 'cosine']);
  });
});

describe('a GPU', () => {
  let gpu: GpuDevice;
  let executor: Executor;
  before(async function () {
    await requireGpu(this);
  });
  beforeEach(async () => {
    gpu = (await openNodeGpu()) as GpuDevice;
    executor = webgpuExecutor(gpu);
  });
  afterEach(() => executor?.dispose());

  const x: ReferenceTensor = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6], dtype: 'float32' };
  const linear = (): Model => ({
    ...modelOf('Gemm', { transB: 1 }, [x, null], [{ ...x, shape: [2, 1] }]),
    nodes: [
      {
        id: 'n',
        op: 'Gemm',
        module: '',
        inputs: ['x0', 'weight'],
        outputs: ['y0'],
        attributes: { transB: 1 },
      },
    ],
    parameters: [parameter('weight', [1, 3])],
  });
  const weights = () => ({ weight: { shape: [1, 3], data: Float32Array.of(1, 1, 1) } });
  const feeds = { x0: { shape: [2, 3], data: Float32Array.from(x.data) } };

  it('says what it is', () => {
    assert.equal(executor.backend.name, 'webgpu');
    assert.ok(executor.backend.executor.includes(gpu.description));
    if (/swiftshader|llvmpipe/i.test(gpu.description)) assert.ok(gpu.emulated);
  });

  it('keeps the weights, hands them back when asked, and says so when it is lost', async () => {
    const model = linear();
    const targets = { shape: [2, 1], data: Float32Array.of(0, 0) };
    const trainer = await createTrainer(executor, model, {
      bindings: {},
      weights: weights(),
      loss: { name: 'mse' },
      optimizer: { name: 'SGD', options: {} },
      targets: { shape: [2, 1], dtype: 'float32' },
    });
    const { loss } = await trainer.step(feeds, targets, { learningRate: 0.01 });
    assert.equal(loss, (36 + 225) / 2);
    // d/dw of the mean of y² is the mean of 2 y x.
    const got = [...(await trainer.weights())['weight']!.data];
    [66, 87, 108].forEach((d, i) => {
      assert.ok(Math.abs(got[i]! - (1 - 0.01 * d)) < 1e-5, `${got}`);
    });
    gpu.device.destroy();
    await assert.rejects(
      trainer.step(feeds, targets, { learningRate: 0.01 }),
      (e: unknown) =>
        e instanceof VitrineError &&
        e.code === 'device-lost' &&
        e.message.startsWith('The backend "webgpu" was lost: '),
    );
    await assert.rejects(trainer.weights(), (e: unknown) => (e as VitrineError).code === 'device-lost');
    await trainer.dispose();
  });

  it('refuses what does not fit into its memory, with the figures and what to do', async () => {
    const most = gpu.device.limits.maxStorageBufferBindingSize;
    const size = Math.ceil(most / 4 / 1024) + 1;
    const big: ReferenceTensor = { shape: [1024, size], data: [], dtype: 'float32' };
    const model = modelOf('Relu', {}, [big], [big]);
    await assert.rejects(
      createEvaluator(executor, model, { bindings: {}, weights: {} }),
      (e: unknown) =>
        e instanceof VitrineError &&
        /needs \d+\.\d GB for one batch, more than the \d+\.\d GB that .* gives.*smaller batch/.test(
          e.message,
        ),
    );
  });

  const cells = (shape: readonly number[]) => shape.reduce((n, d) => n * d, 1);
  const at = (buffer: string, ...shape: number[]) => ({ buffer, shape });

  /** What the kernels by hand give is what gpu.js's give. */
  async function agree(calls: readonly KernelCall[], inputs: Record<string, Float32Array>): Promise<void> {
    for (const c of calls) assert.ok(groupShader(c), c.name);
    const results = async (given: readonly KernelCall[], on: Executor = executor) => {
      const plan: Plan = {
        calls: given,
        sizes: new Map([
          ...Object.entries(inputs).map(([b, data]): [string, number] => [b, data.length]),
          ...given.map((c): [string, number] => [c.output.buffer, cells(c.output.shape)]),
        ]),
        inputs: Object.keys(inputs),
        residents: [],
        constants: new Map(),
        updates: [],
        outputs: given.map(c => c.output.buffer),
      };
      const executable = await on.compile(plan);
      for (const [b, data] of Object.entries(inputs)) executable.write(b, data);
      await executable.run();
      const read = plan.outputs.map(b => executable.read(b));
      await executable.dispose();
      return read;
    };
    // As on a real GPU, where no kernel by hand is left out.
    const real = webgpuExecutor({ ...gpu, emulated: false });
    const byGroups = await results(calls, real);
    const byCells = await results(calls.map(({ fast: _, ...c }) => c));
    byCells.forEach((expected, i) => {
      const error = relativeError(byGroups[i]!, expected);
      assert.ok(error <= 1e-5, `${calls[i]!.name} is off by ${error}`);
    });
  }

  it('multiplies and sums by groups to what gpu.js’s kernels give', async function () {
    // Emulated GPUs take their time over shaders with barriers.
    this.timeout(emulated);
    const [m, n, k] = [37, 45, 70];
    const calls: KernelCall[] = [
      // As it lies, turned, with a bias of columns and of rows, and in batches.
      productKernel('Product', {
        ...{ m, n, k, a: at('a', m, k), rsa: k, csa: 1, b: at('b', k, n), rsb: n, csb: 1 },
        output: at('y0', m, n),
      }),
      productKernel('Turned', {
        ...{ m, n, k, a: at('a', k, m), rsa: 1, csa: m, b: at('b', n, k), rsb: 1, csb: k },
        ...{ output: at('y1', m, n), bias: { value: at('c', n), rs: 0, cs: 1 } },
      }),
      productKernel('Rows', {
        ...{ m, n, k, a: at('a', m, k), rsa: k, csa: 1, b: at('b', k, n), rsb: n, csb: 1 },
        ...{ output: at('y2', m, n), bias: { value: at('c', m), rs: 1, cs: 0 } },
      }),
      productKernel('Batches', {
        ...{ m: 16, n: 16, k: 12, a: at('a', 3, 16, 12), rsa: 12, csa: 1, b: at('b', 3, 12, 16) },
        ...{ rsb: 16, csb: 1, output: at('y3', 3, 16, 16) },
        batch: { sizes: [3], a: [192], b: [192] },
      }),
      ...(
        [
          ['All', [15, 150], [0, 1], [1]],
          ['Columns', [150, 15], [0], [15]],
          ['Rows', [15, 150], [1], [15]],
          ['Channels', [3, 5, 150], [0, 2], [5]],
        ] as const
      ).map(([name, shape, axes, left], i) =>
        reduceKernel(name, at('a', ...shape), axes, at(`y${i + 4}`, ...left), {
          ...{ start: 0, step: 's += v;', end: count => `s / ${count}`, kind: 'mean' },
        }),
      ),
    ];
    assert.deepEqual(
      calls.map(c => c.fast?.name),
      ['matmul', 'matmul', 'matmul', 'matmul', 'sumAll', 'sumColumns', 'sumChannels', 'sumChannels'],
    );
    await agree(calls, { a: noise(m * k, 1), b: noise(n * k, 2), c: noise(50, 3) });
  });

  it('shares what is deep among groups, in tiles of each size', async function () {
    this.timeout(emulated);
    const product = (output: string, m: number, n: number, k: number) =>
      productKernel('Product', {
        ...{ m, n, k, a: at('a', m, k), rsa: k, csa: 1, b: at('b', k, n), rsb: n, csb: 1 },
        ...{ output: at(output, m, n), bias: { value: at('c', n), rs: 0, cs: 1 } },
      });
    const calls = [
      // The largest takes an emulated GPU long.
      ...(process.env['VITRINE_TEST_GPU'] === 'all' ? [product('y0', 250, 250, 4100)] : []),
      product('y1', 120, 190, 4100),
      product('y2', 9, 31, 1030),
      product('y3', 2, 40, 300),
      productKernel('Row', {
        ...{ m: 1, n: 70, k: 500, a: at('a', 1, 500), rsa: 500, csa: 1 },
        ...{ b: at('b', 70, 500), rsb: 1, csb: 500 },
        output: at('y4', 1, 70),
      }),
    ];
    const sides = calls.map(c => groupShader(c)!.code.match(/tile_a : array<vec4<f32>, (\d+)>/)?.[1]);
    assert.deepEqual(sides.slice(-4), ['256', '128', '128', undefined]);
    await agree(calls, { a: noise(250 * 4100, 1), b: noise(4100 * 250, 2), c: noise(250, 3) });
  });

  it('convolves, and differentiates what it convolved, as gpu.js’s kernels do', async function () {
    this.timeout(emulated);
    const cases: { x: number[]; w: number[]; attributes: Record<string, number | number[]> }[] = [
      { x: [3, 6, 11, 9], w: [8, 6, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
      { x: [2, 6, 12, 13], w: [8, 6, 3, 2], attributes: { strides: [2, 3], pads: [1, 0, 1, 0] } },
      { x: [2, 8, 10, 10], w: [8, 4, 3, 3], attributes: { group: 2, dilations: [2, 1] } },
      { x: [4, 5, 40], w: [7, 5, 5], attributes: { strides: [2], pads: [2, 2] } },
      // So deep that groups share it.
      { x: [8, 5, 24, 24], w: [6, 5, 3, 3], attributes: { pads: [1, 1, 1, 1] } },
    ];
    for (const { x, w, attributes } of cases) {
      const along = (name: string, axis: number, none: number) =>
        (attributes[name] as number[] | undefined)?.[axis] ?? none;
      const out = x.slice(2).map((size, axis) => {
        const reach = (w[2 + axis]! - 1) * along('dilations', axis, 1) + 1;
        return Math.floor((size + 2 * along('pads', axis, 0) - reach) / along('strides', axis, 1)) + 1;
      });
      const y = [x[0]!, w[0]!, ...out];
      const c = convolutionOf(attributes, x, w, y);
      await agree(
        [
          convKernel(c, at('x', ...x), at('w', ...w), at('b', w[0]!), at('y', ...y)),
          convKernel(c, at('x', ...x), at('w', ...w), undefined, at('z', ...y)),
          convGradInputKernel(c, at('dy', ...y), at('w', ...w), undefined, at('dx', ...x)),
          convGradWeightKernel(c, at('x', ...x), at('dy', ...y), at('dw', ...w)),
        ],
        { x: noise(cells(x), 1), w: noise(cells(w), 2), b: noise(w[0]!, 3), dy: noise(cells(y), 4) },
      );
    }
  });

  it('means the losses of many rows, weighted and with labels that do not count, as the CPU does', async function () {
    this.timeout(emulated);
    const rows = 300;
    const many: ReferenceTensor = { shape: [rows, 3], data: [], dtype: 'float32' };
    const base = modelOf('Gemm', { transB: 1 }, [many, null], [{ ...many, shape: [rows, 4] }]);
    const model: Model = {
      ...base,
      nodes: base.nodes.map(n => ({ ...n, inputs: ['x0', 'weight'], outputs: ['y0'] })),
      parameters: [parameter('weight', [4, 3])],
    };
    const cpu = webasmExecutor({ threads: 1 });
    const choices: Record<string, number | number[]>[] = [{}, { weight: [1, 2, 0.5, 3], ignore_index: 2 }];
    for (const options of choices) {
      const results = [];
      for (const on of [cpu, executor]) {
        const trainer = await createTrainer(on, model, {
          bindings: {},
          weights: { weight: { shape: [4, 3], data: noise(12, 1) } },
          loss: { name: 'cross_entropy', options },
          optimizer: { name: 'SGD', options: {} },
          targets: { shape: [rows], dtype: 'int64' },
        });
        const targets = { shape: [rows], data: Int32Array.from({ length: rows }, (_, i) => (i * 7) % 4) };
        const feed = { x0: { shape: [rows, 3], data: noise(rows * 3, 2) } };
        const { loss } = await trainer.step(feed, targets, { learningRate: 1 });
        results.push([loss, ...(await trainer.weights())['weight']!.data]);
        await trainer.dispose();
      }
      const error = relativeError(Float32Array.from(results[1]!), results[0]!);
      assert.ok(error <= 1e-6, `off by ${error}: ${results}`);
    }
    await cpu.dispose();
  });

  it('divides whole numbers that go into one another to whole numbers', async () => {
    const numbers = Array.from({ length: 400 }, (_, i) => [
      (Math.floor(i / 20) - 10) * ((i % 20) + 1),
      (i % 20) + 1,
    ]);
    const [x, y] = [0, 1].map(k => ({ shape: [400], data: Float32Array.from(numbers, n => n[k]!) }));
    const like: ReferenceTensor = { shape: [400], data: [], dtype: 'float32' };
    const model = modelOf('Div', {}, [like, like], [like]);
    const evaluator = await createEvaluator(executor, model, { bindings: {}, weights: {} });
    const { values } = await evaluator.run({ x0: x!, x1: y! });
    assert.deepEqual(
      [...values['y0']!.data],
      numbers.map(([a, b]) => a! / b!),
    );
    await evaluator.dispose();
  });

  it('computes what is larger than its grid', async () => {
    const wide: ReferenceTensor = { shape: [70_000, 3, 2], data: [], dtype: 'float32' };
    const model = modelOf('Transpose', { perm: [0, 2, 1] }, [wide], [{ ...wide, shape: [70_000, 2, 3] }]);
    const evaluator = await createEvaluator(executor, model, { bindings: {}, weights: {} });
    const data = Float32Array.from({ length: 420_000 }, (_, i) => i);
    const { values } = await evaluator.run({ x0: { shape: wide.shape, data } });
    const got = values['y0']!.data;
    for (const row of [0, 1, 65_535, 65_536, 69_999])
      assert.deepEqual(
        [...got.subarray(row * 6, row * 6 + 6)],
        [0, 2, 4, 1, 3, 5].map(i => row * 6 + i),
      );
    await evaluator.dispose();
  });
});
