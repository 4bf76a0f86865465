import { Type } from '@sinclair/typebox';
import type { LossDefinition } from '../loss';
import { elementwiseLoss } from './_elementwise';
import { reduction } from './_reduction';

export const loss: LossDefinition = {
  name: 'huber',
  torch: ['nn.HuberLoss', 'F.huber_loss'],
  title: 'Huber',
  summary: 'Squared error for small differences, absolute error scaled by δ for large ones',
  formula: 'L = mean(d² / 2 if |d| ≤ δ, else δ (|d| - δ/2))',
  options: Type.Object(
    { reduction, delta: Type.Number({ exclusiveMinimum: 0, default: 1, description: 'Where squares end.' }) },
    { additionalProperties: false },
  ),
  target: 'numbers',
  ofDistances: true,
  build(c) {
    const delta = Number(c.options['delta']);
    return elementwiseLoss(
      c,
      `Math.abs(y - t) <= ${delta} ? (y - t) * (y - t) * 0.5 : ${delta} * (Math.abs(y - t) - ${delta / 2})`,
      `Math.abs(y - t) <= ${delta} ? g * (y - t) : (y > t ? g * ${delta} : -g * ${delta})`,
    );
  },
};
