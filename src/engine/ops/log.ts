import { unary } from './_elementwise';

export const op = unary({
  name: 'Log',
  summary: 'Natural logarithm',
  formula: 'y = ln x',
  torch: ['torch.log'],
  expression: 'Math.log(a)',
  derivative: 'g / a',
});
