import { unary } from './_elementwise';

export const op = unary({
  name: 'Neg',
  summary: 'Negation',
  formula: 'y = -x',
  torch: ['torch.neg'],
  expression: '-a',
  derivative: '-g',
});
