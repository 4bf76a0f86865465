import { unary } from './_elementwise';

export const op = unary({
  name: 'Sqrt',
  summary: 'Square root',
  formula: 'y = √x',
  torch: ['torch.sqrt'],
  expression: 'Math.sqrt(a)',
  derivative: 'g / (2 * y)',
});
