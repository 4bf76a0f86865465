import { unary } from './_elementwise';

export const op = unary({
  name: 'Swish',
  summary: 'Sigmoid-weighted linear unit',
  formula: 'y = x σ(x)',
  torch: ['nn.SiLU', 'F.silu'],
  expression: 'a / (1 + Math.exp(-a))',
  derivative: 'g * (1 + a * (1 - 1 / (1 + Math.exp(-a)))) / (1 + Math.exp(-a))',
});
