import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { policyLoss, policyOptions } from './_policy';

/** Columns of the targets: the action taken, its log probability then, its advantage, the return that followed. */
const columns = 4;

/**
 * The clipped surrogate with a value function and an entropy bonus of Schulman, Wolski, Dhariwal, Radford and Klimov,
 * "Proximal Policy Optimization Algorithms" (2017), equations 7 and 9. The model gives a score for each action and,
 * last, the worth of the state.
 */
export const loss: LossDefinition = {
  name: 'ppo',
  torch: [],
  title: 'Proximal policy optimisation',
  summary: 'Makes actions likelier that turned out better than expected, in small steps; for environments',
  formula: 'L = -mean(min(r A, clip(r, 1 - ε, 1 + ε) A)) + c₁ mean((V - R)²) - c₂ mean(H(π))',
  options: Type.Object(
    {
      clip: Type.Number({
        exclusiveMinimum: 0,
        maximum: 1,
        default: 0.2,
        description: 'How far the probability of an action may move from what it was, as a share.',
      }),
      ...policyOptions,
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const clip = Number(c.options['clip']);
    const ratio = 'Math.exp(l - o)';
    const bounded = `Math.min(${1 + clip}, Math.max(${1 - clip}, ${ratio}))`;
    return policyLoss(c, columns, ({ log, part, map }) =>
      map(
        [log, part(c.target, 1, 2), part(c.target, 2, 3)],
        ['l', 'o', 'a'],
        `-Math.min(${ratio} * a, ${bounded} * a)`,
        [`(${ratio} * a <= ${bounded} * a ? -g * ${ratio} * a : 0)`, '', ''],
      ),
    );
  },
};
