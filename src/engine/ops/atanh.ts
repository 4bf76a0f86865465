import { unary } from './_elementwise';

export const op = unary({
  name: 'Atanh',
  summary: 'Inverse hyperbolic tangent',
  formula: 'y = artanh(x)',
  torch: ['torch.atanh'],
  expression: 'Math.atanh(a)',
  derivative: 'g / (1 - a * a)',
});
