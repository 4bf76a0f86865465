import { binary } from './_elementwise';

export const op = binary({
  name: 'Less',
  summary: 'Whether a value is smaller',
  formula: 'y = a < b',
  torch: ['<', 'torch.lt'],
  expression: 'a < b ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
