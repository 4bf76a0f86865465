/**
 * REINFORCE with a baseline: Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning"
 * (1992); Sutton and Barto, "Reinforcement Learning" (2018), section 13.4. An epoch is a rollout that is learned from once.
 * Returns are those that followed; where the rollout ends within an episode, the baseline stands for the rest.
 */
import { advantagesOf, standardized } from '../advantages';
import type { AgentDefinition } from '../agent';
import { collect, minibatch } from '../rollout';

export const agent: AgentDefinition = {
  loss: 'reinforce',
  // The action taken, its advantage, the return that followed.
  columns: 3,
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
        const better = standardized(advantages);
        const order = random.permutation(total);
        for (let at = 0; at < total; at += batch) {
          const { input, targets } = minibatch(experience, order.subarray(at, at + batch), r => [
            experience.actions[r]!,
            better[r]!,
            returns[r]!,
          ]);
          await learner.step(input, targets);
        }
        return experience.returns;
      },
      state: () => ({}),
    };
  },
};
