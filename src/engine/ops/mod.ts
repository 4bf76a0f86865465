import { binary } from './_elementwise';

/** The sign of the divisor, as PyTorch's remainder and Python's %. */
export const op = binary({
  name: 'Mod',
  summary: 'Remainder of a division',
  formula: 'y = a - b ⌊a / b⌋',
  torch: ['%', 'torch.remainder'],
  expression: 'a - b * Math.floor(a / b)',
  derivatives: ['g', '-g * Math.floor(a / b)'],
});
