import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { checkProbabilities } from './_probabilities';

/** Takes scores (logits): the sigmoid is part of the loss, so that no exponential overflows. */
export const loss: LossDefinition = {
  name: 'bce_with_logits',
  torch: ['nn.BCEWithLogitsLoss', 'F.binary_cross_entropy_with_logits'],
  title: 'Binary cross entropy with logits',
  summary: "How surprised the score's sigmoid is by a target of 0 or 1",
  formula: 'L = -mean(t log σ(y) + (1 - t) log(1 - σ(y)))',
  options: Type.Object(
    {
      pos_weight: Type.Number({
        exclusiveMinimum: 0,
        default: 1,
        description: 'Weight of targets that are 1, for unbalanced data.',
      }),
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const weight = Number(c.options['pos_weight']);
    const positive = `(1 + ${weight - 1} * t)`;
    return elementwiseLoss(
      c,
      `(1 - t) * y + ${positive} * (Math.log(1 + Math.exp(-Math.abs(y))) + Math.max(-y, 0))`,
      `g * ((1 - t) - ${positive} / (1 + Math.exp(y)))`,
    );
  },
  check: checkProbabilities,
};
