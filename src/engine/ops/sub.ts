import { binary } from './_elementwise';

export const op = binary({
  name: 'Sub',
  summary: 'Difference, with broadcasting',
  formula: 'y = a - b',
  torch: ['-', 'torch.sub'],
  expression: 'a - b',
  derivatives: ['g', '-g'],
});
