import { unary } from './_elementwise';

export const op = unary({
  name: 'Atan',
  summary: 'Inverse tangent',
  formula: 'y = arctan(x)',
  torch: ['torch.atan'],
  expression: 'Math.atan(a)',
  derivative: 'g / (1 + a * a)',
});
