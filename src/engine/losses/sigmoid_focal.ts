import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { checkProbabilities } from './_probabilities';
import { reduction } from './_reduction';

/**
 * Takes scores (logits), like bce_with_logits.
 *
 * Source: T.-Y. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017.
 */
export const loss: LossDefinition = {
  name: 'sigmoid_focal',
  torch: ['torchvision.ops.sigmoid_focal_loss'],
  title: 'Sigmoid focal',
  summary: 'Binary cross entropy in which what is right already hardly counts',
  formula: 'L = mean(αₜ (1 - pₜ)^γ BCE)',
  options: Type.Object(
    {
      reduction,
      alpha: Type.Number({
        minimum: -1,
        maximum: 1,
        default: 0.25,
        description: 'Weight of targets that are 1, the others having the rest; below 0 none are weighed.',
      }),
      gamma: Type.Number({
        minimum: 0,
        default: 2,
        description: 'How little the right ones count; 0: all alike.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const [alpha, gamma] = [Number(c.options['alpha']), Number(c.options['gamma'])];
    const weight = alpha >= 0 ? `(${alpha} * t + ${1 - alpha} * (1 - t))` : '1';
    const p = '(y >= 0 ? 1 / (1 + Math.exp(-y)) : 1 - 1 / (1 + Math.exp(y)))';
    const miss = `Math.max(1e-30, ${p} * (1 - t) + (1 - ${p}) * t)`;
    const entropy = '((1 - t) * y + Math.log(1 + Math.exp(-Math.abs(y))) + Math.max(-y, 0))';
    return elementwiseLoss(
      c,
      `${weight} * Math.pow(${miss}, ${gamma}) * ${entropy}`,
      `g * ${weight} * Math.pow(${miss}, ${gamma}) * (${p} - t + ${gamma} * ${entropy} * ${p} * (1 - ${p}) * (1 - 2 * t) / ${miss})`,
    );
  },
  check: checkProbabilities,
};
