import { binary } from './_elementwise';

export const op = binary({
  name: 'Xor',
  summary: 'One but not both',
  formula: 'y = a ⊻ b',
  torch: ['^', 'torch.logical_xor'],
  expression: '((a !== 0 && b === 0) || (a === 0 && b !== 0)) ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
