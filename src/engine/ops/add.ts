import { binary } from './_elementwise';

export const op = binary({
  name: 'Add',
  summary: 'Sum, with broadcasting',
  formula: 'y = a + b',
  torch: ['+', 'torch.add'],
  expression: 'a + b',
  derivatives: ['g', 'g'],
});
