import { unary } from './_elementwise';

export const op = unary({
  name: 'Softsign',
  summary: 'Rational sigmoid',
  formula: 'y = x / (1 + |x|)',
  torch: ['nn.Softsign', 'F.softsign'],
  expression: 'a / (1 + Math.abs(a))',
  derivative: 'g / ((1 + Math.abs(a)) * (1 + Math.abs(a)))',
});
