/**
 * Proximal policy optimisation: Schulman, Wolski, Dhariwal, Radford and Klimov, "Proximal Policy Optimization Algorithms" (2017),
 * algorithm 1. An epoch is a rollout and some passes over it.
 */

import { advantagesOf, standardized } from '../advantages';
import type { AgentDefinition } from '../agent';
import { collect, minibatch } from '../rollout';

export const agent: AgentDefinition = {
  loss: 'ppo',
  // The action taken, its log probability then, its advantage beside those of the batch, the return that followed.
  columns: 4,
  critic: 'always',
  // So that the last policies differ little.
  decays: true,
  first: { data: { environments: 4, steps: 512, passes: 10 }, lr: 0.001, epochs: 30, batchSize: 64 },
  create({ definition, options, batch }) {
    const total = options.environments * options.steps;
    return {
      stepsPerEpoch: options.passes * Math.ceil(total / batch),
      async epoch(_, learner, random) {
        const experience = await collect(
          definition,
          await learner.policy(options.environments),
          options,
          random,
        );
        const { advantages, returns } = advantagesOf(experience, options.discount, options.lambda);
        for (let pass = 0; pass < options.passes; pass++) {
          const order = random.permutation(total);
          for (let at = 0; at < total; at += batch) {
            const rows = order.subarray(at, at + batch);
            const better = standardized(Array.from(rows, r => advantages[r]!));
            const { input, targets } = minibatch(experience, rows, (r, i) => [
              experience.actions[r]!,
              experience.logs[r]!,
              better[i]!,
              returns[r]!,
            ]);
            await learner.step(input, targets);
          }
        }
        return experience.returns;
      },
      state: () => ({}),
    };
  },
};
