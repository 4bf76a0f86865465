import { binary } from './_elementwise';

export const op = binary({
  name: 'Mul',
  summary: 'Product, with broadcasting',
  formula: 'y = a b',
  torch: ['*', 'torch.mul'],
  expression: 'a * b',
  derivatives: ['g * b', 'g * a'],
});
