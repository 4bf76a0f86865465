import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { reduction } from './_reduction';

export const loss: LossDefinition = {
  name: 'l1',
  torch: ['nn.L1Loss', 'F.l1_loss'],
  title: 'Mean absolute error',
  summary: 'The mean of the absolute differences between outputs and targets',
  formula: 'L = mean(|y - t|)',
  options: Type.Object({ reduction }, { additionalProperties: false }),
  target: 'numbers',
  ofDistances: true,
  build: c => elementwiseLoss(c, 'Math.abs(y - t)', 'y > t ? g : (y < t ? -g : 0)'),
};
