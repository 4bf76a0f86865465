/** An episode to watch: the policy's own, with what spoke for each action. */
import assert from 'node:assert/strict';
import { episode } from '../../../src/service/inquiries/episode';
import { sampleFolder } from './_sample';

describe('An episode to watch', function () {
  this.timeout(120_000);
  const cartpole = sampleFolder('cartpole');
  const walk = sampleFolder('grid-world');
  const iris = sampleFolder('iris');

  it('is played by the policy as it is, and says what in each state spoke for the action', async () => {
    const trained = await cartpole.train('cartpole.vitrine.json', { epochs: 3, 'data.steps': 256 });
    const engineFor = async () => trained.engine;
    const e = await episode({ run: trained.run.folder, seed: 3 }, engineFor);
    assert.deepEqual([e.env, e.epoch, e.probabilities], ['CartPole-v1', 3, true]);
    assert.ok(e.steps > 5 && e.taken.length === e.steps);
    assert.equal(e.observations.length, 4 * (e.steps + 1));
    assert.equal(e.saliency.length, 4 * e.steps);
    for (let at = 0; at < e.steps; at++) {
      const p = e.scores.subarray(2 * at, 2 * at + 2);
      assert.ok(Math.abs(p[0]! + p[1]! - 1) < 1e-5);
      // The likeliest action is taken.
      assert.equal(e.taken[at], p[1]! > p[0]! ? 1 : 0);
    }
    // Gradient × state of one score less the other, by differences.
    const at = 2;
    const state = e.observations.slice(4 * at, 4 * at + 4);
    const weights = await trained.run.weights();
    const evaluator = await trained.engine.evaluator(trained.run.model, { bindings: { N: 1 }, weights });
    const [input, output] = [trained.run.model.inputs[0]!, trained.run.model.outputs[0]!];
    const lead = async (x: Float32Array) => {
      const { values } = await evaluator.run({ [input]: { shape: [1, 4], data: x.slice() } });
      const s = values[output]!.data;
      return e.taken[at] === 1 ? s[1]! - s[0]! : s[0]! - s[1]!;
    };
    try {
      for (let i = 0; i < 4; i++) {
        const [up, down] = [state.slice(), state.slice()];
        up[i]! += 0.01;
        down[i]! -= 0.01;
        const slope = ((await lead(up)) - (await lead(down))) / 0.02;
        assert.ok(
          Math.abs(slope * state[i]! - e.saliency[4 * at + i]!) < 1e-3,
          `${i}: ${slope * state[i]!} ${e.saliency[4 * at + i]}`,
        );
      }
    } finally {
      await evaluator.dispose();
    }
    assert.deepEqual(
      (await episode({ run: trained.run.folder, seed: 3 }, engineFor)).observations,
      e.observations,
      'the same number, the same episode',
    );
    const stop = new AbortController();
    stop.abort();
    await assert.rejects(
      episode({ run: trained.run.folder, seed: 3 }, engineFor, { signal: stop.signal }),
      /cancel/i,
    );
  });

  it('shows in a world of cells what would be done in each of them', async () => {
    const trained = await walk.train('walk.vitrine.json', { epochs: 2 });
    const e = await episode({ run: trained.run.folder, seed: 0 }, async () => trained.engine);
    assert.equal(e.grid!.rows * e.grid!.columns, e.names.length);
    assert.equal(e.everywhere!.length, e.names.length * 4);
    assert.equal(e.probabilities, false);
    // What is said of the cell that is stood on is what was acted on.
    const start = e.observations.subarray(0, e.names.length).indexOf(1);
    for (let a = 0; a < 4; a++) assert.ok(Math.abs(e.everywhere![4 * start + a]! - e.scores[a]!) < 1e-4);
  });

  it('is refused for a run that learned from rows', async () => {
    const trained = await iris.train('iris.vitrine.json', { epochs: 1 });
    await assert.rejects(
      episode({ run: trained.run.folder, seed: 0 }, async () => trained.engine),
      /trained on rows, not in an environment/,
    );
  });
});
