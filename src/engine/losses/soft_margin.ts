import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { reduction } from './_reduction';

/** Targets are -1 or 1; 0 counts as -1, so that two classes will do. */
export const loss: LossDefinition = {
  name: 'soft_margin',
  torch: ['nn.SoftMarginLoss', 'F.soft_margin_loss'],
  title: 'Soft margin',
  summary: 'Logistic loss for targets of -1 and 1',
  formula: 'L = mean(log(1 + exp(-t y)))',
  options: Type.Object({ reduction }, { additionalProperties: false }),
  target: 'numbers',
  build: c =>
    elementwiseLoss(
      c,
      'Math.log(1 + Math.exp(-Math.abs(y))) + Math.max(t > 0 ? -y : y, 0)',
      '(t > 0 ? -g / (1 + Math.exp(y)) : g / (1 + Math.exp(-y)))',
    ),
};
