import { unary } from './_elementwise';

export const op = unary({
  name: 'Sin',
  summary: 'Sine',
  formula: 'y = sin x',
  torch: ['torch.sin'],
  expression: 'Math.sin(a)',
  derivative: 'g * Math.cos(a)',
});
