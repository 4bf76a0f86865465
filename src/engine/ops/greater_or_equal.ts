import { binary } from './_elementwise';

export const op = binary({
  name: 'GreaterOrEqual',
  summary: 'Whether a value is at least another',
  formula: 'y = a ≥ b',
  torch: ['>=', 'torch.ge'],
  expression: 'a >= b ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
