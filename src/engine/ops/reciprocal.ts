import { unary } from './_elementwise';

export const op = unary({
  name: 'Reciprocal',
  summary: 'Reciprocal',
  formula: 'y = 1 / x',
  torch: ['torch.reciprocal'],
  expression: '1 / a',
  derivative: '-g * y * y',
});
