import { unary } from './_elementwise';

export const op = unary({
  name: 'Not',
  summary: 'Negation',
  formula: 'y = ¬x',
  torch: ['~', 'torch.logical_not'],
  expression: 'a === 0 ? 1 : 0',
  derivative: null,
  result: t => ({ ...t, dtype: 'bool' }),
});
