import { unary } from './_elementwise';

export const op = unary({
  name: 'Tan',
  summary: 'Tangent',
  formula: 'y = tan x',
  torch: ['torch.tan'],
  expression: 'Math.tan(a)',
  derivative: 'g * (1 + y * y)',
});
