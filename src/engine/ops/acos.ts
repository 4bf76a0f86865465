import { unary } from './_elementwise';

export const op = unary({
  name: 'Acos',
  summary: 'Inverse cosine',
  formula: 'y = arccos(x)',
  torch: ['torch.acos'],
  expression: 'Math.acos(a)',
  derivative: '-g / Math.sqrt(1 - a * a)',
});
