import { binary } from './_elementwise';

export const op = binary({
  name: 'Greater',
  summary: 'Whether a value is greater',
  formula: 'y = a > b',
  torch: ['>', 'torch.gt'],
  expression: 'a > b ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
