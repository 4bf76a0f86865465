import { binary } from './_elementwise';

export const op = binary({
  name: 'Equal',
  summary: 'Whether values are equal',
  formula: 'y = a = b',
  torch: ['==', 'torch.eq'],
  expression: 'a === b ? 1 : 0',
  derivatives: [null, null],
  result: () => 'bool',
});
