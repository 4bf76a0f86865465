/**
 * REINFORCE: Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning" (1992); with the
 * worth of the state as its baseline where the model has one: Sutton and Barto, "Reinforcement Learning" (2018), section 13.4. An
 * epoch is a rollout that is learned from once. Returns are those that followed; where the rollout ends within an episode, the
 * baseline stands for the rest, and without one those steps are not learned from.
 */
import { advantagesOf, type Rollout, standardized } from '../advantages';
import type { AgentDefinition } from '../agent';
import { collect, minibatch } from '../rollout';

export const agent: AgentDefinition = {
  loss: 'reinforce',
  // The action taken, its advantage, the return that followed.
  columns: 3,
  critic: 'optional',
  decays: false,
  first: { data: { environments: 8, steps: 512 }, lr: 0.005, epochs: 100, batchSize: 4096 },
  create({ definition, options, batch, worth }) {
    const total = options.environments * options.steps;
    return {
      stepsPerEpoch: Math.ceil(total / batch),
      async epoch(_, learner, random) {
        const experience = await collect(
          definition,
          await learner.policy(options.environments),
          options,
          random,
        );
        const { advantages, returns } = advantagesOf(experience, options.discount, 1);
        const rows = worth ? Int32Array.from(advantages.keys()) : finished(experience);
        const better = standardized(Array.from(rows, r => advantages[r]!));
        // Another number of rows in each epoch would be another plan in each: what does not fill a step is left out.
        const whole = worth || rows.length < batch ? rows.length : rows.length - (rows.length % batch);
        const order = random.permutation(rows.length).subarray(0, whole);
        for (let at = 0; at < order.length; at += batch) {
          const places = order.subarray(at, at + batch);
          const { input, targets } = minibatch(
            experience,
            places.map(p => rows[p]!),
            (r, i) => [experience.actions[r]!, better[places[i]!]!, returns[r]!],
          );
          await learner.step(input, targets);
        }
        return experience.returns;
      },
      state: () => ({}),
    };
  },
};

/** The steps of episodes that ended within the rollout; all where none did. */
function finished({ ended, environments, steps }: Rollout): Int32Array {
  const rows: number[] = [];
  for (let e = 0; e < environments; e++) {
    let last = -1;
    for (let t = 0; t < steps; t++) if (ended[t * environments + e]) last = t;
    for (let t = 0; t <= last; t++) rows.push(t * environments + e);
  }
  return rows.length > 0 ? Int32Array.from(rows) : Int32Array.from(ended.keys());
}
