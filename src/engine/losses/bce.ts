import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { cellWeight, elementwiseLoss } from './_elementwise';
import { checkProbabilities } from './_probabilities';
import { reduction } from './_reduction';

/** Takes probabilities; logarithms are not let below -100 and denominators not below 1e-12, as in PyTorch. */
export const loss: LossDefinition = {
  name: 'bce',
  torch: ['nn.BCELoss', 'F.binary_cross_entropy'],
  title: 'Binary cross entropy',
  summary: 'How surprised the given probability is by a target of 0 or 1',
  formula: 'L = -mean(t log y + (1 - t) log(1 - y))',
  options: Type.Object({ weight: cellWeight, reduction }, { additionalProperties: false }),
  target: 'numbers',
  build(c) {
    const weight = c.options['weight'] as readonly number[] | undefined;
    const w = weight ? 'w * ' : '';
    return elementwiseLoss(
      c,
      `-${w}(t * Math.max(Math.log(y), -100) + (1 - t) * Math.max(Math.log(1 - y), -100))`,
      `g * ${w}(y - t) / Math.max((1 - y) * y, 1e-12)`,
      weight && [{ name: 'w', option: 'weight', values: weight }],
    );
  },
  check: checkProbabilities,
};
