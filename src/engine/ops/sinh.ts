import { unary } from './_elementwise';

export const op = unary({
  name: 'Sinh',
  summary: 'Hyperbolic sine',
  formula: 'y = sinh(x)',
  torch: ['torch.sinh'],
  expression: 'Math.sinh(a)',
  derivative: 'g * Math.cosh(a)',
});
