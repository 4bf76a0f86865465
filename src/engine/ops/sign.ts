import { unary } from './_elementwise';

export const op = unary({
  name: 'Sign',
  summary: 'Sign: -1, 0 or 1',
  formula: 'y = sign(x)',
  torch: ['torch.sign'],
  expression: 'a > 0 ? 1 : (a < 0 ? -1 : 0)',
  derivative: null,
});
