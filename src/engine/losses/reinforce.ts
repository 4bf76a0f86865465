import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { policyLoss, policyOptions } from './_policy';

/** Columns of the targets: the action taken, its advantage, the return that followed. */
const columns = 3;

/**
 * The policy gradient of Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning"
 * (1992), with the worth of the state as its baseline and an entropy bonus. The model gives a score for each action and,
 * last, the worth of the state.
 */
export const loss: LossDefinition = {
  name: 'reinforce',
  torch: [],
  title: 'REINFORCE with a baseline',
  summary: 'Makes actions likelier that turned out better than expected; for environments',
  formula: 'L = -mean(log π(a | s) (R - V)) + c₁ mean((V - R)²) - c₂ mean(H(π))',
  options: Type.Object(
    {
      ...policyOptions,
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    return policyLoss(c, columns, ({ log, part, map }) =>
      map([log, part(c.target, 1, 2)], ['l', 'a'], '-l * a', ['-g * a', '']),
    );
  },
};
