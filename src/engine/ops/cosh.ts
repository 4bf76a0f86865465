import { unary } from './_elementwise';

export const op = unary({
  name: 'Cosh',
  summary: 'Hyperbolic cosine',
  formula: 'y = cosh(x)',
  torch: ['torch.cosh'],
  expression: 'Math.cosh(a)',
  derivative: 'g * Math.sinh(a)',
});
