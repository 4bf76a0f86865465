import { unary } from './_elementwise';

export const op = unary({
  name: 'Exp',
  summary: 'Exponential',
  formula: 'y = eˣ',
  torch: ['torch.exp'],
  expression: 'Math.exp(a)',
  derivative: 'g * y',
});
