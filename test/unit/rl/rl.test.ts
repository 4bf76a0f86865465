import assert from 'node:assert/strict';
import { loadDataset } from '../../../src/data/load';
import { restoreSaved } from '../../../src/data/restore';
import { createEngine } from '../../../src/engine/create';
import type { Model } from '../../../src/model/graph';
import { Random } from '../../../src/model/random';
import { advantagesOf } from '../../../src/rl/advantages';
import { type CartPoleState, cartPoleFell, cartPoleStep } from '../../../src/rl/environments/cartpole';
import { environments } from '../../../src/rl/registry';
import { collect, evaluate } from '../../../src/rl/rollout';
import reference from '../../reference/rl_cartpole.json';

const cartpole = environments.find(e => e.id === 'CartPole-v1')!;
const grid = environments.find(e => e.id === 'GridWorld-v0')!;

describe('CartPole', () => {
  for (const [i, { start, steps }] of reference.episodes.entries())
    it(`steps as Gymnasium's does: episode ${i}, ${steps.length} steps`, () => {
      let state = start as unknown as CartPoleState;
      for (const [t, step] of steps.entries()) {
        const [action, x, v, angle, turn, , terminated] = step as [
          number,
          number,
          number,
          number,
          number,
          number,
          boolean,
        ];
        state = cartPoleStep(state, action);
        for (const [k, wanted] of [x, v, angle, turn].entries())
          assert.ok(Math.abs(state[k]! - wanted) < 1e-6, `step ${t}: ${state} instead of ${step}`);
        assert.equal(cartPoleFell(state), terminated);
      }
    });

  it('begins near the middle, the same for the same seed, and ends after 500 steps', () => {
    const environment = cartpole.create();
    const first = environment.reset(new Random(1));
    assert.ok(first.every(x => Math.abs(x) <= 0.05));
    assert.deepEqual(environment.reset(new Random(1)), first);
    let state = first;
    for (let t = 1; t <= 500; t++) {
      const push = 0.2 * state[0]! + 0.5 * state[1]! + 6 * state[2]! + 1.5 * state[3]! > 0 ? 1 : 0;
      const step = environment.step(push);
      state = step.observation;
      assert.equal(step.terminated, false);
      assert.equal(step.truncated, t === 500);
      assert.equal(step.reward, 1);
    }
  });
});

describe('Grid world', () => {
  const walk = (actions: readonly string[]) => {
    const environment = grid.create();
    environment.reset(new Random(0));
    return actions.map(a => environment.step(grid.actions.indexOf(a)));
  };

  it('is won past the pits, lost in them, and bounded by walls', () => {
    const won = walk(['right', 'right', 'right', 'right', 'down', 'down', 'down', 'down']);
    assert.deepEqual([won.at(-1)!.reward, won.at(-1)!.terminated], [1, true]);
    assert.ok(won.slice(0, -1).every(s => !s.terminated && s.reward === -0.01));
    const lost = walk(['down', 'down', 'down', 'right']);
    assert.deepEqual([lost.at(-1)!.reward, lost.at(-1)!.terminated], [-1, true]);
    assert.equal(walk(['up', 'left'])[1]!.observation[0], 1);
  });
});

describe('Proximal policy optimisation', () => {
  const model: Model = {
    name: 'Scores',
    file: '/scores.py',
    format: 'pytorch',
    inputs: ['x'],
    outputs: ['y'],
    values: {
      x: { id: 'x', dtype: 'float32', shape: ['N', 4] },
      w: { id: 'w', dtype: 'float32', shape: [16, 4] },
      y: { id: 'y', dtype: 'float32', shape: ['N', 4] },
    },
    nodes: [{ id: 'n', op: 'Add', module: '', inputs: ['x', 'w'], outputs: ['y'], attributes: {} }],
    parameters: [
      {
        name: 'w',
        dtype: 'float32',
        shape: [16, 4],
        kind: 'parameter',
        trainable: true,
        initializer: { kind: 'zeros' },
      },
    ],
    modules: [],
  };

  for (const [i, { options, output, targets, loss, gradient }] of reference.ppo.entries())
    it(`has PyTorch's loss and gradient (${i})`, async () => {
      const engine = await createEngine({});
      try {
        const w = Float32Array.from(output);
        const trainer = await engine.trainer(model, {
          bindings: { N: 16 },
          weights: { w: { shape: [16, 4], data: w } },
          loss: { name: 'ppo', options },
          optimizer: { name: 'SGD', options: {} },
          targets: { shape: [16, 4], dtype: 'float32' },
        });
        const result = await trainer.step(
          { x: { shape: [16, 4], data: new Float32Array(64) } },
          { shape: [16, 4], data: Float32Array.from(targets) },
          { learningRate: 1 },
        );
        assert.ok(Math.abs(result.loss - loss) < 1e-5, `${result.loss} instead of ${loss}`);
        // A step of plain gradient descent at the rate 1 goes by the gradient.
        const after = (await trainer.weights())['w']!.data;
        gradient.forEach((g, k) => {
          assert.ok(Math.abs(w[k]! - after[k]! - g) < 1e-5);
        });
      } finally {
        await engine.dispose();
      }
    });

  it('estimates advantages by the definition, cut where an episode ends', () => {
    const rollout = {
      steps: 3,
      environments: 1,
      rewards: Float64Array.of(1, 2, 3),
      values: Float64Array.of(0.5, 0.25, 1),
      ended: Uint8Array.of(0, 1, 0),
      last: [4],
    };
    const { advantages, returns } = advantagesOf(rollout, 0.9, 0.5);
    const last = 3 + 0.9 * 4 - 1;
    const second = 2 - 0.25;
    const first = 1 + 0.9 * 0.25 - 0.5 + 0.9 * 0.5 * second;
    for (const [k, wanted] of [first, second, last].entries()) {
      assert.ok(Math.abs(advantages[k]! - wanted) < 1e-12);
      assert.ok(Math.abs(returns[k]! - wanted - rollout.values[k]!) < 1e-12);
    }
  });

  it('adds the worth of what follows to the last reward when the time is over, not when the pole falls', async () => {
    const worth = 7;
    const left = async (_: Float32Array, rows: number) =>
      Float32Array.from({ length: rows * 5 }, (__, i) => [0, 0, 0, 30, worth][i % 5]!);
    // Always against the wall: only the time ends it.
    const e = await collect(grid, left, { environments: 2, steps: 100, discount: 0.5 }, new Random(0));
    assert.deepEqual([...e.ended.subarray(196)], [0, 0, 1, 1]);
    assert.ok(Math.abs(e.rewards[199]! - (-0.01 + 0.5 * worth)) < 1e-6);
    assert.deepEqual([...e.actions.subarray(0, 4)], [3, 3, 3, 3]);
    const falls = await collect(
      cartpole,
      async (_, rows) => Float32Array.from({ length: rows * 3 }, (__, i) => [-30, 30, worth][i % 3]!),
      { environments: 1, steps: 20, discount: 0.5 },
      new Random(0),
    );
    assert.ok(falls.ended.includes(1));
    assert.ok(falls.rewards.every(r => r === 1));
    const [first] = await evaluate(
      cartpole,
      async (_, n) => new Float32Array(n * 3).fill(1),
      3,
      new Random(0),
    );
    assert.ok(first! < 20);
  });
});

describe('An environment as data', () => {
  it('shows states that chance came through, and prepares others', async () => {
    const data = await loadDataset({ kind: 'environment', env: 'CartPole-v1' }, { folder: '.', seed: 0 });
    assert.deepEqual(data.sampleShape, [4]);
    assert.deepEqual(data.target.classes, ['left', 'right']);
    const { values } = data.raw(5);
    const saved = restoreSaved(JSON.parse(JSON.stringify(data.preparation())));
    assert.deepEqual(saved.prepare([values]).data, data.batch([5]).input.data);
    assert.throws(() => saved.prepare([{ ...values, 'pole angle': 'steep' }]), /Row 1, column "pole angle"/);
    assert.throws(() => restoreSaved({ kind: 'environment', env: 'Doom' }), { code: 'bad-file' });
  });
});
