import { binary } from './_elementwise';

export const op = binary({
  name: 'Or',
  summary: 'Either',
  formula: 'y = a ∨ b',
  torch: ['|', 'torch.logical_or'],
  expression: '(a !== 0 || b !== 0) ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
