import { unary } from './_elementwise';

export const op = unary({
  name: 'Cos',
  summary: 'Cosine',
  formula: 'y = cos x',
  torch: ['torch.cos'],
  expression: 'Math.cos(a)',
  derivative: '-g * Math.sin(a)',
});
