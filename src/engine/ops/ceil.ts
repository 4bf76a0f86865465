import { unary } from './_elementwise';

export const op = unary({
  name: 'Ceil',
  summary: 'Smallest whole number that is not smaller',
  formula: 'y = ⌈x⌉',
  torch: ['torch.ceil'],
  expression: 'Math.ceil(a)',
  derivative: null,
});
