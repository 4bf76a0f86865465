import { binary } from './_elementwise';

export const op = binary({
  name: 'NotEqual',
  summary: 'Whether values differ',
  formula: 'y = a ≠ b',
  torch: ['!=', 'torch.ne'],
  expression: 'a !== b ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
