import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { reduction } from './_reduction';

export const loss: LossDefinition = {
  name: 'smooth_l1',
  torch: ['nn.SmoothL1Loss', 'F.smooth_l1_loss'],
  title: 'Smooth L1',
  summary: 'Squared error for small differences, absolute error for large ones',
  formula: 'L = mean(d² / 2β if |d| < β, else |d| - β/2)',
  options: Type.Object(
    { reduction, beta: Type.Number({ exclusiveMinimum: 0, default: 1, description: 'Where squares end.' }) },
    { additionalProperties: false },
  ),
  target: 'numbers',
  ofDistances: true,
  build(c) {
    const beta = Number(c.options['beta']);
    return elementwiseLoss(
      c,
      `Math.abs(y - t) < ${beta} ? (y - t) * (y - t) * ${0.5 / beta} : Math.abs(y - t) - ${beta / 2}`,
      `Math.abs(y - t) < ${beta} ? g * (y - t) / ${beta} : (y > t ? g : -g)`,
    );
  },
};
