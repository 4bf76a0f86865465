/** An executor whose device is elsewhere: the same numbers over messages, and clear words when it goes away. */
import assert from 'node:assert/strict';
import { engineOn } from '../../../src/engine/create';
import type { Engine } from '../../../src/engine/engine';
import type { Executor } from '../../../src/engine/executors/executor';
import { pipelineExecutor } from '../../../src/engine/executors/pipeline';
import { type Remote, type RemoteAnswer, remoteExecutor } from '../../../src/engine/executors/remote';
import { RemoteHost } from '../../../src/engine/executors/remoteHost';
import { VitrineError } from '../../../src/model/errors';
import type { Model } from '../../../src/model/graph';
import { modelOf, noise, parameter, type ReferenceTensor } from './_reference';

const x: ReferenceTensor = { shape: [4, 3], data: [], dtype: 'float32' };
const model: Model = {
  ...modelOf('Gemm', {}, [x], [{ ...x, shape: [4, 2] }]),
  nodes: [
    { id: 'n', op: 'Gemm', module: '', inputs: ['x0', 'w'], outputs: ['y0'], attributes: { transB: 1 } },
  ],
  parameters: [parameter('w', [2, 3])],
};

/** Over structured clones, as messages are. */
function over(answer: (method: string, params: unknown) => Promise<RemoteAnswer>): Remote {
  return {
    call: async (method, params) =>
      structuredClone(await answer(method, structuredClone(params))) as RemoteAnswer<typeof method>,
  };
}

async function trainOn(engine: Engine) {
  const trainer = await engine.trainer(model, {
    bindings: {},
    weights: { w: { shape: [2, 3], data: noise(6, 1) } },
    loss: { name: 'mse' },
    optimizer: { name: 'Adam', options: {} },
    targets: { shape: [4, 2], dtype: 'float32' },
  });
  const losses: number[] = [];
  for (let i = 0; i < 5; i++) {
    const { loss } = await trainer.step(
      { x0: { shape: [4, 3], data: noise(12, 10 + i) } },
      { shape: [4, 2], data: noise(8, 20 + i) },
      { learningRate: 0.01 },
    );
    losses.push(loss);
  }
  const result = {
    losses,
    weights: [...(await trainer.weights())['w']!.data],
    state: Object.keys(await trainer.state()).sort(),
    norms: await trainer.gradientNorms(),
  };
  await trainer.dispose();
  return result;
}

async function opened(remote: Remote): Promise<Executor> {
  const executor = await remoteExecutor('webview', remote);
  assert.ok(typeof executor !== 'string');
  return executor;
}

describe('an executor elsewhere', () => {
  it('trains to the same bits as where it is, weights and state staying there', async () => {
    const near = engineOn(pipelineExecutor());
    const host = new RemoteHost(async () => pipelineExecutor());
    const calls: string[] = [];
    const far = engineOn(
      await opened(
        over((m, p) => {
          calls.push(m);
          return host.answer(m as 'run', p);
        }),
      ),
    );
    assert.equal(far.backend.name, 'webview');
    assert.deepEqual(await trainOn(far), await trainOn(near));
    assert.deepEqual(calls, [
      'open',
      'compile',
      ...Array.from({ length: 5 }, () => 'run'),
      // Weights, state, norms.
      ...Array.from({ length: 3 }, () => 'fetch'),
      'dispose',
    ]);
    await near.dispose();
  });

  for (const [where, indices, nodes] of [
    ['are fed', 'i', []],
    ['the model computes', 'j', ['Neg']],
  ] as const)
    it(`refuses places outside that ${where}`, async () => {
      const host = new RemoteHost(async () => pipelineExecutor());
      const engine = engineOn(await opened(over((m, p) => host.answer(m as 'run', p))));
      const picking: Model = {
        ...model,
        inputs: ['i'],
        values: { ...model.values, i: { id: 'i', dtype: 'int64', shape: [2] } },
        nodes: [
          ...nodes.map(op => ({ id: op, op, module: '', inputs: ['i'], outputs: ['j'], attributes: {} })),
          {
            id: 'n',
            op: 'Gather',
            module: '',
            inputs: ['w', indices],
            outputs: ['y0'],
            attributes: { axis: 0 },
          },
        ],
      };
      const weights = { w: { shape: [2, 3], data: noise(6, 1) } };
      const feeds = (...data: number[]) => ({ i: { shape: [2], data: Int32Array.from(data) } });
      const outside = (e: unknown) =>
        e instanceof VitrineError && e.code === 'bad-data' && /found -3, expected -2 to 1/.test(e.message);
      const evaluator = await engine.evaluator(picking, { bindings: {}, weights });
      const wrong = feeds(1, nodes.length > 0 ? 3 : -3);
      await assert.rejects(async () => evaluator.run(wrong), outside);
      await evaluator.run(feeds(1, 0));
      const trainer = await engine.trainer(picking, {
        bindings: {},
        weights,
        loss: { name: 'mse' },
        optimizer: { name: 'SGD', options: {} },
        targets: { shape: [2, 3], dtype: 'float32' },
      });
      const targets = { shape: [2, 3], data: noise(6, 2) };
      const step = async (of: ReturnType<typeof feeds>) => trainer.step(of, targets, { learningRate: 0.1 });
      await assert.rejects(step(wrong), outside);
      assert.deepEqual(await trainer.weights(), weights);
      await step(feeds(1, 0));
      assert.notDeepEqual(await trainer.weights(), weights);
      await trainer.dispose();
      await engine.dispose();
    });

  it('says why there is none', async () => {
    const none = new RemoteHost(async () => 'no GPU answered');
    assert.equal(
      await remoteExecutor(
        'webview',
        over((m, p) => none.answer(m as 'open', p)),
      ),
      'no GPU answered',
    );
    const gone = over(async () => ({ lost: 'its tab was closed' }));
    assert.equal(await remoteExecutor('webview', gone), 'its tab was closed');
  });

  it('tells a loss as one, once and for all, and other failures by their words', async () => {
    const host = new RemoteHost(async () => pipelineExecutor());
    let answer: RemoteAnswer | undefined;
    const executor = await opened(over(async (m, p) => answer ?? host.answer(m as 'run', p)));
    const engine = engineOn(executor);
    const evaluator = await engine.evaluator(model, {
      bindings: {},
      weights: { w: { shape: [2, 3], data: noise(6, 1) } },
    });
    const run = () => evaluator.run({ x0: { shape: [4, 3], data: noise(12, 2) } });
    await run();
    const fails = (code: string | undefined, message: RegExp) =>
      assert.rejects(run(), (e: unknown) => {
        assert.equal(e instanceof VitrineError ? e.code : undefined, code);
        assert.match((e as Error).message, message);
        return true;
      });
    answer = { refused: 'The model needs 9 GB.' };
    await fails('bad-request', /needs 9 GB/);
    answer = { error: 'the shader does not compile' };
    await fails(undefined, /the backend "webview" failed: the shader does not compile/);
    answer = { lost: 'its tab was closed' };
    await fails('device-lost', /The backend "webview" was lost: its tab was closed\. Try again/);
    answer = undefined;
    await fails('device-lost', /its tab was closed/);
    assert.equal(engine.lost?.(), 'its tab was closed');
    await evaluator.dispose();
    assert.deepEqual(await host.answer('run', { executable: 99, writes: [], wanted: [] }), {
      error: 'there is no executable 99',
    });
  });
});
