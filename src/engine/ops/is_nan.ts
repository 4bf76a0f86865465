import { unary } from './_elementwise';

export const op = unary({
  name: 'IsNaN',
  summary: 'Which values are no numbers',
  torch: ['torch.isnan'],
  expression: 'a !== a ? 1 : 0',
  derivative: null,
  result: t => ({ dtype: 'bool', shape: t.shape }),
});
