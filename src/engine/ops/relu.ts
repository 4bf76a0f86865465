import { unary } from './_elementwise';

export const op = unary({
  name: 'Relu',
  summary: 'Zeroes negative values',
  formula: 'y = max(0, x)',
  torch: ['nn.ReLU', 'F.relu', 'torch.relu'],
  expression: 'a < 0 ? 0 : a',
  derivative: 'a > 0 ? g : 0',
});
