import { unary } from './_elementwise';

export const op = unary({
  name: 'Sigmoid',
  summary: 'Logistic function',
  formula: 'y = 1 / (1 + e⁻ˣ)',
  torch: ['nn.Sigmoid', 'torch.sigmoid'],
  expression: '1 / (1 + Math.exp(-a))',
  derivative: 'g * y * (1 - y)',
});
