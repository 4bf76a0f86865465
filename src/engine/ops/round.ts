import { unary } from './_elementwise';

/**
 * JavaScript of the whole number nearest to `v`, halves to the even neighbour: statements, and an expression that
 * follows them.
 */
export function nearest(v: string): { statements: string; expression: string } {
  return {
    statements: `const low = Math.floor(${v}); const part = ${v} - low;`,
    expression:
      'part < 0.5 ? low : (part > 0.5 ? low + 1 : (low - 2 * Math.floor(low / 2) === 0 ? low : low + 1))',
  };
}

/** Halves go to the even neighbour. */
export const op = unary({
  name: 'Round',
  summary: 'Nearest whole number',
  torch: ['torch.round'],
  ...nearest('a'),
  derivative: '0 * g',
});
