/** What is peculiar to the GPU: shaders, a device that goes away, memory that it has not. */
import assert from 'node:assert/strict';
import { createEvaluator } from '../../../src/engine/evaluator';
import type { Executor } from '../../../src/engine/executors/executor';
import { webgpuExecutor } from '../../../src/engine/executors/webgpu';
import type { GpuDevice } from '../../../src/engine/gpu/device';
import { helpersFor } from '../../../src/engine/gpu/functions';
import { openNodeGpu } from '../../../src/engine/gpu/nodeGpu';
import { portableShader } from '../../../src/engine/gpu/wgsl';
import type { KernelCall } from '../../../src/engine/op';
import { createTrainer } from '../../../src/engine/trainer';
import { VitrineError } from '../../../src/model/errors';
import type { Model } from '../../../src/model/graph';
import { requireGpu } from './_backends';
import { modelOf, parameter, type ReferenceTensor } from './_reference';

const call = (source: string): KernelCall => ({
  name: 'Test',
  source,
  inputs: [{ buffer: 'x', shape: [4] }],
  output: { buffer: 'y', shape: [4] },
});

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
