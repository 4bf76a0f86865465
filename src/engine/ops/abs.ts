import { unary } from './_elementwise';

export const op = unary({
  name: 'Abs',
  summary: 'Absolute value',
  formula: 'y = |x|',
  torch: ['torch.abs'],
  expression: 'Math.abs(a)',
  derivative: 'a > 0 ? g : (a < 0 ? -g : 0)',
});
