import { unary } from './_elementwise';

export const op = unary({
  name: 'HardSwish',
  summary: 'Swish from straight pieces',
  formula: 'y = x clip(x / 6 + 1/2, 0, 1)',
  torch: ['nn.Hardswish', 'F.hardswish'],
  expression: 'a * Math.min(Math.max(a + 3, 0), 6) / 6',
  derivative: 'a < -3 ? 0 : (a > 3 ? g : g * (a / 3 + 0.5))',
});
