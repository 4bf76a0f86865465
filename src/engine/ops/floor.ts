import { unary } from './_elementwise';

export const op = unary({
  name: 'Floor',
  summary: 'Largest whole number that is not larger',
  formula: 'y = ⌊x⌋',
  torch: ['torch.floor'],
  expression: 'Math.floor(a)',
  derivative: null,
});
