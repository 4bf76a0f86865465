import { unary } from './_elementwise';

export const op = unary({
  name: 'Acosh',
  summary: 'Inverse hyperbolic cosine',
  formula: 'y = arcosh(x)',
  torch: ['torch.acosh'],
  expression: 'Math.acosh(a)',
  derivative: 'g / Math.sqrt(a * a - 1)',
});
