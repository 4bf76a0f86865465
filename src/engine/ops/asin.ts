import { unary } from './_elementwise';

export const op = unary({
  name: 'Asin',
  summary: 'Inverse sine',
  formula: 'y = arcsin(x)',
  torch: ['torch.asin'],
  expression: 'Math.asin(a)',
  derivative: 'g / Math.sqrt(1 - a * a)',
});
