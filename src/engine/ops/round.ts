import { unary } from './_elementwise';

/** Halves go to the even neighbour. */
export const op = unary({
  name: 'Round',
  summary: 'Nearest whole number',
  torch: ['torch.round'],
  statements: 'const low = Math.floor(a); const part = a - low;',
  expression:
    'part < 0.5 ? low : (part > 0.5 ? low + 1 : (low - 2 * Math.floor(low / 2) === 0 ? low : low + 1))',
  derivative: '0 * g',
});
