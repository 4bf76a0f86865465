import { binary } from './_elementwise';

export const op = binary({
  name: 'And',
  summary: 'Both',
  formula: 'y = a ∧ b',
  torch: ['&', 'torch.logical_and'],
  expression: '(a !== 0 && b !== 0) ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
