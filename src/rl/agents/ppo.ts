/**
 * Proximal policy optimisation: Schulman, Wolski, Dhariwal, Radford and Klimov, "Proximal Policy Optimization Algorithms" (2017),
 * algorithm 1. An epoch is a rollout and some passes over it.
 */

import { advantagesOf } from '../advantages';
import type { AgentDefinition } from '../agent';
import { collect, type Experience } from '../rollout';

/** The action taken, its log probability then, its advantage, the return that followed. */
const columns = 4;

export const agent: AgentDefinition = {
  loss: 'ppo',
  columns,
  critic: true,
  // So that the last policies differ little.
  decays: true,
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
            const { input, targets } = minibatch(
              experience,
              advantages,
              returns,
              order.subarray(at, at + batch),
            );
            await learner.step(input, targets);
          }
        }
        return experience.returns;
      },
      state: () => ({}),
    };
  },
};

/** Observations of these steps and, for each, what the loss compares: advantages with mean 0 and deviation 1. */
function minibatch(
  experience: Experience,
  advantages: Float64Array,
  returns: Float64Array,
  rows: Int32Array,
) {
  const width = experience.observations.length / experience.actions.length;
  const m = mean(Array.from(rows, r => advantages[r]!));
  const std = Math.sqrt(mean(Array.from(rows, r => (advantages[r]! - m) ** 2)));
  const input = new Float32Array(rows.length * width);
  const targets = new Float32Array(rows.length * columns);
  rows.forEach((r, i) => {
    input.set(experience.observations.subarray(r * width, (r + 1) * width), i * width);
    targets.set(
      [experience.actions[r]!, experience.logs[r]!, (advantages[r]! - m) / (std + 1e-8), returns[r]!],
      i * columns,
    );
  });
  return {
    input: { shape: [rows.length, width], data: input },
    targets: { shape: [rows.length, columns], data: targets },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
