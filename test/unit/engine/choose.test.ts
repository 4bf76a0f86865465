/** The choice of a backend by measuring: what is tried, what is taken, what is remembered, and what is said of it. */
import assert from 'node:assert/strict';
import { calibrate, shortestOf } from '../../../src/engine/calibrate';
import { autoEngine, type Candidate, type Choice, type ChoiceMemory } from '../../../src/engine/choose';
import { createEngine } from '../../../src/engine/create';
import type { BackendName, Engine, TrainerRequest } from '../../../src/engine/engine';
import type { Model } from '../../../src/model/graph';
import { modelOf, parameter, type ReferenceTensor } from './_reference';

const x: ReferenceTensor = { shape: [2, 3], data: [1, 2, 3, 4, 5, 6], dtype: 'float32' };
const model: Model = {
  ...modelOf('Gemm', {}, [x], [{ ...x, shape: [2, 1] }]),
  name: 'Line',
  nodes: [
    { id: 'n', op: 'Gemm', module: '', inputs: ['x0', 'w'], outputs: ['y0'], attributes: { transB: 1 } },
  ],
  parameters: [parameter('w', [1, 3])],
};
const request: TrainerRequest = {
  bindings: {},
  weights: { w: { shape: [1, 3], data: Float32Array.of(1, 1, 1) } },
  loss: { name: 'mse' },
  optimizer: { name: 'SGD', options: {} },
  targets: { shape: [2, 1], dtype: 'float32' },
};

class Memory implements ChoiceMemory {
  readonly kept = new Map<string, Choice>();
  async get(key: string) {
    return this.kept.get(key);
  }
  async set(key: string, choice: Choice) {
    this.kept.set(key, choice);
  }
}

describe('the backend "auto"', () => {
  let cpu: Engine;
  before(async () => {
    cpu = await createEngine({ backend: 'webasm', threads: 1 });
  });
  after(() => cpu.dispose());

  /** The same engine under another name, each of whose steps takes at least so long; later ones `awake`. */
  function paced(name: BackendName, ms: number, awake = ms): Engine & { trainers: number } {
    const backend = { name, executor: 'paced', threads: 1 };
    return {
      ...cpu,
      backend,
      trainers: 0,
      async trainer(m, r) {
        this.trainers++;
        const made = await cpu.trainer(m, r);
        const step = made.step.bind(made);
        const began = performance.now();
        made.step = async (...args) => {
          const asleep = performance.now() - began < 350;
          await new Promise(resolve => setTimeout(resolve, asleep ? ms : awake));
          return step(...args);
        };
        Object.defineProperty(made, 'backend', { value: backend, configurable: true });
        return made;
      },
    };
  }
  const candidate = (
    name: BackendName,
    engine: Engine | string,
    more: Partial<Candidate> = {},
  ): Candidate => ({
    name,
    open: async () => engine,
    ...more,
  });

  it('takes the CPU for steps below a millisecond, without looking for a GPU', async () => {
    const memory = new Memory();
    const open = () => assert.fail('it looked for a GPU');
    const engine = autoEngine(cpu, [{ name: 'webgpu', open }], memory);
    const trainer = await engine.trainer(model, request);
    assert.equal(trainer.backend.name, 'webasm');
    assert.match(trainer.backend.why!, /^a step takes 0\.\d+ ms, less than a GPU takes to answer$/);
    const { loss } = await trainer.step(
      { x0: { shape: [2, 3], data: Float32Array.from(x.data) } },
      { shape: [2, 1], data: Float32Array.of(0, 0) },
      { learningRate: 0.1 },
    );
    // The measured steps left nothing behind.
    assert.equal(loss, (36 + 225) / 2);
    await trainer.dispose();
  });

  it('takes the fastest by the model’s own step, says what was tried, and remembers it', async () => {
    const memory = new Memory();
    const slow = paced('webasm', 25);
    const gpu = paced('webgpu', 3);
    const candidates = [candidate('webgpu', gpu), candidate('webview', 'no panel is open')];
    const trainer = await autoEngine(slow, candidates, memory).trainer(model, request);
    assert.equal(trainer.backend.name, 'webgpu');
    assert.match(
      trainer.backend.why!,
      /^the fastest of what there is, by a training step of Line: webasm \d+ ms; webgpu [\d.]+ ms; webview: no panel is open$/,
    );
    await trainer.dispose();
    assert.equal(gpu.trainers, 2);
    const engine = autoEngine(slow, candidates, memory);
    const again = await engine.trainer(model, request);
    assert.equal(again.backend.name, 'webgpu');
    assert.equal(gpu.trainers, 3);
    assert.equal(slow.trainers, 1);
    await again.dispose();
    // Another batch size is another question.
    await (await engine.trainer(model, { ...request, optimizer: { name: 'Adam', options: {} } })).dispose();
    assert.equal(slow.trainers, 2);
  });

  it('stays with the CPU where a GPU is as fast, unfit, or cannot run the model', async () => {
    const slow = paced('webasm', 8);
    const broken: Engine = {
      ...cpu,
      trainer: async () => {
        throw new Error('the shader of Gemm does not compile');
      },
    };
    const cases: [Candidate, RegExp][] = [
      [candidate('webgpu', paced('webgpu', 8)), /webgpu \d/],
      [
        candidate('webgpu', paced('webgpu', 1), { unfit: async () => 'a GPU that is emulated on the CPU' }),
        /webgpu: a GPU that is emulated/,
      ],
      [candidate('webgpu', broken), /webgpu: the shader of Gemm does not compile/],
    ];
    for (const [c, why] of cases) {
      const trainer = await autoEngine(slow, [c], new Memory()).trainer(model, request);
      assert.equal(trainer.backend.name, 'webasm');
      assert.match(trainer.backend.why!, why);
      await trainer.dispose();
    }
  });

  it('takes the CPU where what it remembers is not there any more', async () => {
    const memory = new Memory();
    const slow = paced('webasm', 10);
    await (
      await autoEngine(slow, [candidate('webgpu', paced('webgpu', 1))], memory).trainer(model, request)
    ).dispose();
    const trainer = await autoEngine(slow, [candidate('webgpu', 'no GPU answered')], memory).trainer(
      model,
      request,
    );
    assert.equal(trainer.backend.name, 'webasm');
    assert.match(trainer.backend.why!, /webgpu: no GPU answered/);
    await trainer.dispose();
  });

  it('measures again once what was not there is there, and not before', async () => {
    const memory = new Memory();
    const slow = paced('webasm', 10);
    const absent = candidate('webview', 'its tab is not open');
    for (const expected of [1, 2]) {
      const t = await autoEngine(slow, [absent], memory).trainer(model, request);
      assert.equal(t.backend.name, 'webasm');
      await t.dispose();
      // The first is measured and then made; what is remembered is only made.
      assert.equal(slow.trainers, 1 + expected);
    }
    const opened = candidate('webview', paced('webview', 1));
    const t = await autoEngine(slow, [opened], memory).trainer(model, request);
    assert.equal(t.backend.name, 'webview');
    await t.dispose();
  });

  it('measures a GPU when it has left its idle state', async () => {
    const engine = autoEngine(
      paced('webasm', 20),
      [candidate('webgpu', paced('webgpu', 60, 1))],
      new Memory(),
    );
    const trainer = await engine.trainer(model, request);
    assert.equal(trainer.backend.name, 'webgpu');
    await trainer.dispose();
  });

  it('measures products and elementwise work, and gives up on what is slow', async () => {
    const figures = await calibrate(cpu, 20);
    assert.deepEqual(figures.product.map(p => p.size).slice(0, 1), [128]);
    for (const p of figures.product) assert.ok(Math.abs(p.gflops - (2 * p.size ** 3) / p.ms / 1e6) < 1e-9);
    assert.ok(figures.elementwise.length > 0);
    let calls = 0;
    await shortestOf(async () => {
      calls++;
      await new Promise(resolve => setTimeout(resolve, 5));
    }, 1);
    assert.equal(calls, 1);
  });
});
