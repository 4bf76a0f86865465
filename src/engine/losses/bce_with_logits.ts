import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { type CellWeights, cellWeight, elementwiseLoss } from './_elementwise';
import { checkProbabilities } from './_probabilities';
import { reduction } from './_reduction';

/** Takes scores (logits): the sigmoid is part of the loss, so that no exponential overflows. */
export const loss: LossDefinition = {
  name: 'bce_with_logits',
  torch: ['nn.BCEWithLogitsLoss', 'F.binary_cross_entropy_with_logits'],
  title: 'Binary cross entropy with logits',
  summary: "How surprised the score's sigmoid is by a target of 0 or 1",
  formula: 'L = -mean(t log σ(y) + (1 - t) log(1 - σ(y)))',
  options: Type.Object(
    {
      reduction,
      weight: cellWeight,
      pos_weight: Type.Union(
        [
          Type.Number({ exclusiveMinimum: 0 }),
          Type.Array(Type.Number({ exclusiveMinimum: 0 }), { minItems: 1 }),
        ],
        {
          default: 1,
          description:
            'Weight of targets that are 1, for unbalanced data: a number, or one for each output of a row.',
        },
      ),
    },
    { additionalProperties: false },
  ),
  target: 'numbers',
  build(c) {
    const given = c.options['pos_weight'] as number | readonly number[];
    const weight = c.options['weight'] as readonly number[] | undefined;
    const weights: CellWeights[] = [];
    if (typeof given !== 'number') weights.push({ name: 'p', option: 'pos_weight', values: given });
    if (weight) weights.push({ name: 'w', option: 'weight', values: weight });
    const positive = typeof given === 'number' ? `(1 + ${given - 1} * t)` : '(1 + (p - 1) * t)';
    const w = weight ? 'w * ' : '';
    return elementwiseLoss(
      c,
      `${w}((1 - t) * y + ${positive} * (Math.log(1 + Math.exp(-Math.abs(y))) + Math.max(-y, 0)))`,
      `g * ${w}((1 - t) - ${positive} / (1 + Math.exp(y)))`,
      weights,
    );
  },
  check: checkProbabilities,
};
