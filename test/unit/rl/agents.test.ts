import assert from 'node:assert/strict';
import { createEngine } from '../../../src/engine/create';
import { completeOptions, requireLoss } from '../../../src/engine/definitions';
import type { LossSpec } from '../../../src/engine/engine';
import type { Model } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { epsilonAt } from '../../../src/rl/agents/dqn';
import { agentOf, agents } from '../../../src/rl/registry';
import { ReplayBuffer } from '../../../src/rl/replay';
import reference from '../../reference/rl_losses.json';

const cases: readonly {
  loss: LossSpec;
  output: number[][];
  targets: number[][];
  value: number;
  gradient: number[];
}[] = JSON.parse(JSON.stringify(reference));

const scores = (shape: [number, number]): Model => ({
  name: 'Scores',
  file: '/scores.py',
  format: 'pytorch',
  inputs: ['x'],
  outputs: ['y'],
  values: {
    x: { id: 'x', dtype: 'float32', shape: ['N', shape[1]] },
    w: { id: 'w', dtype: 'float32', shape },
    y: { id: 'y', dtype: 'float32', shape: ['N', shape[1]] },
  },
  nodes: [{ id: 'n', op: 'Add', module: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
  parameters: [
    {
      name: 'w',
      dtype: 'float32',
      shape,
      kind: 'parameter',
      trainable: true,
      initializer: { kind: 'zeros' },
    },
  ],
  modules: [],
});

describe('Agents', () => {
  for (const [i, { loss, output, targets, value, gradient }] of cases.entries())
    it(`${loss.name} has PyTorch's loss and gradient (${i})`, async () => {
      const engine = await createEngine({});
      try {
        const shape: [number, number] = [output.length, output[0]!.length];
        const w = Float32Array.from(output.flat());
        const of: [number, number] = [targets.length, targets[0]!.length];
        const trainer = await engine.trainer(scores(shape), {
          bindings: { N: shape[0] },
          weights: { w: { shape, data: w } },
          loss,
          optimizer: { name: 'SGD', options: {} },
          targets: { shape: of, dtype: 'float32' },
        });
        const result = await trainer.step(
          { x: { shape, data: new Float32Array(w.length) } },
          { shape: of, data: Float32Array.from(targets.flat()) },
          { learningRate: 1 },
        );
        assert.ok(Math.abs(result.loss - value) < 1e-5, `${result.loss} instead of ${value}`);
        const after = (await trainer.weights())['w']!.data;
        gradient.forEach((g, k) => {
          assert.ok(Math.abs(w[k]! - after[k]! - g) < 1e-5);
        });
      } finally {
        await engine.dispose();
      }
    });

  it('each has a loss of its name', () => {
    for (const a of agents) assert.equal(requireLoss(a.loss).name, a.loss);
    assert.equal(agentOf('cross_entropy'), undefined);
  });
});

describe('Deep Q-learning', () => {
  const step = (x: number) => ({ state: [x], action: 1, reward: -x, next: [x + 1], terminated: x % 2 === 1 });

  it('remembers the last steps, whole, and goes on with what was saved', () => {
    const replay = new ReplayBuffer(4, 1);
    for (let x = 0; x < 6; x++) replay.add(step(x));
    assert.equal(replay.size, 4);
    const restored = new ReplayBuffer(4, 1, replay.state());
    for (const buffer of [replay, restored]) {
      buffer.add(step(6));
      const s = buffer.sample(200, new Random(0));
      assert.deepEqual([...new Set(s.states)].sort(), [3, 4, 5, 6]);
      s.states.forEach((x, i) => {
        assert.deepEqual([s.nexts[i], s.rewards[i], s.terminated[i], s.actions[i]], [x + 1, -x, x % 2, 1]);
      });
    }
    assert.deepEqual(restored.state(), replay.state());
  });

  it('acts by chance less and less', () => {
    const options = completeOptions<Record<string, unknown>>('dqn', requireLoss('dqn').options, {});
    assert.equal(epsilonAt(0, options), 1);
    assert.ok(Math.abs(epsilonAt(0.25, options) - 0.525) < 1e-12);
    assert.ok(Math.abs(epsilonAt(0.8, options) - 0.05) < 1e-12);
  });

  for (const double of [false, true])
    it(`learns from the target network's worth of the next state${double ? ', at the action that the network chooses' : ''}`, async () => {
      const cliff = agentOf('dqn')!;
      const loss = completeOptions<Record<string, unknown>>('dqn', requireLoss('dqn').options, {
        double,
        warmup: 1,
      });
      const { environments } = await import('../../../src/rl/registry');
      const agent = cliff.create({
        definition: environments.find(e => e.id === 'CliffWalking-v1')!,
        options: { environments: 1, steps: 8, passes: 1, discount: 0.5, lambda: 1 },
        loss,
        batch: 4,
        epochs: 1,
        worth: false,
        state: {},
      });
      const [now, target] = [
        [1, 2, 3, 0],
        [9, 5, 7, 1],
      ];
      const old = { old: { shape: [0], data: new Float32Array(0) } };
      let learned = 0;
      await agent.epoch(
        0,
        {
          weights: async () => old,
          policy: async (_, weights) => async (__, rows) =>
            Float32Array.from({ length: rows * 4 }, (___, i) => (weights === old ? target : now)[i % 4]!),
          async step(input, targets) {
            learned++;
            assert.deepEqual(
              [input.shape, targets.shape],
              [
                [4, 48],
                [4, 2],
              ],
            );
            for (let i = 0; i < 4; i++) {
              const worth = targets.data[i * 2 + 1]!;
              const after = 0.5 * (double ? 7 : 9);
              assert.ok([-1 + after, -100 + after].includes(worth), String(worth));
            }
          },
        },
        new Random(0),
      );
      assert.equal(learned, agent.stepsPerEpoch);
      assert.deepEqual(agent.state()['target.old'], old.old);
    });
});
