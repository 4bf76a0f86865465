import { unary } from './_elementwise';
import { erfStatements } from './_erf';

export const op = unary({
  name: 'Erf',
  summary: 'Error function',
  formula: 'y = erf(x)',
  torch: ['torch.erf'],
  statements: erfStatements('a'),
  expression: 'erfY',
  derivative: 'g * 1.1283791670955126 * Math.exp(-a * a)',
  cells: { expression: 'erf(a)', derivative: 'g * 1.1283791670955126 * Math.exp(-a * a)' },
});
