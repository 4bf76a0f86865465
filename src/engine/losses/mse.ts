import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { reduction } from './_reduction';

export const loss: LossDefinition = {
  name: 'mse',
  torch: ['nn.MSELoss', 'F.mse_loss'],
  title: 'Mean squared error',
  summary: 'The mean of the squared differences between outputs and targets',
  formula: 'L = mean((y - t)²)',
  options: Type.Object({ reduction }, { additionalProperties: false }),
  target: 'numbers',
  ofDistances: true,
  build: c => elementwiseLoss(c, '(y - t) * (y - t)', '2 * g * (y - t)'),
};
