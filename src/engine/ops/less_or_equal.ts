import { binary } from './_elementwise';

export const op = binary({
  name: 'LessOrEqual',
  summary: 'Whether a value is at most another',
  formula: 'y = a ≤ b',
  torch: ['<=', 'torch.le'],
  expression: 'a <= b ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
