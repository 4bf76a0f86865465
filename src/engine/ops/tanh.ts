import { unary } from './_elementwise';

export const op = unary({
  name: 'Tanh',
  summary: 'Hyperbolic tangent',
  formula: 'y = tanh(x)',
  torch: ['nn.Tanh', 'torch.tanh'],
  expression: 'Math.tanh(a)',
  derivative: 'g * (1 - y * y)',
});
