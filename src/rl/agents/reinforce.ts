/**
 * REINFORCE with a baseline: Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning"
 * (1992); Sutton and Barto, "Reinforcement Learning" (2018), section 13.4. An epoch is a rollout that is learned from once.
 * Returns are those that followed; where the rollout ends within an episode, the baseline stands for the rest.
 */
import { advantagesOf } from '../advantages';
import type { AgentDefinition } from '../agent';
import { collect } from '../rollout';

/** The action taken, its advantage, the return that followed. */
const columns = 3;

export const agent: AgentDefinition = {
  loss: 'reinforce',
  columns,
  critic: true,
  decays: false,
  create({ definition, options, batch }) {
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
        const mean = advantages.reduce((a, b) => a + b, 0) / total;
        const deviation = Math.sqrt(advantages.reduce((a, b) => a + (b - mean) ** 2, 0) / total);
        const width = experience.observations.length / total;
        const order = random.permutation(total);
        for (let at = 0; at < total; at += batch) {
          const rows = order.subarray(at, at + batch);
          const input = new Float32Array(rows.length * width);
          const targets = new Float32Array(rows.length * columns);
          rows.forEach((r, i) => {
            input.set(experience.observations.subarray(r * width, (r + 1) * width), i * width);
            targets.set(
              [experience.actions[r]!, (advantages[r]! - mean) / (deviation + 1e-8), returns[r]!],
              i * columns,
            );
          });
          await learner.step(
            { shape: [rows.length, width], data: input },
            { shape: [rows.length, columns], data: targets },
          );
        }
        return experience.returns;
      },
      state: () => ({}),
    };
  },
};
