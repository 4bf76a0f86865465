import type { Attributes } from '../../model/graph';
import { unary } from './_elementwise';
import { erfStatements } from './_erf';
import { text } from './_infer';

const exact = (o: Attributes): boolean => text(o, 'approximate', 'none') === 'none';
const erf = (o: Attributes): string => (exact(o) ? erfStatements('a * 0.7071067811865476') : '');
const tanh = 'Math.tanh(0.7978845608028654 * (a + 0.044715 * a * a * a))';

/** Hendrycks and Gimpel 2016; attribute `approximate`: "none" or "tanh". */
export const op = unary({
  name: 'Gelu',
  summary: 'Gaussian error linear unit',
  formula: 'y = x Φ(x)',
  torch: ['nn.GELU', 'F.gelu'],
  statements: erf,
  expression: o => (exact(o) ? '0.5 * a * (1 + erfY)' : `0.5 * a * (1 + ${tanh})`),
  derivativeStatements: erf,
  derivative: o =>
    exact(o)
      ? 'g * (0.5 * (1 + erfY) + a * 0.3989422804014327 * Math.exp(-0.5 * a * a))'
      : `g * (0.5 * (1 + ${tanh}) + 0.5 * a * (1 - ${tanh} * ${tanh}) * 0.7978845608028654 * (1 + 0.134145 * a * a))`,
  cells: {
    expression: o => (exact(o) ? '0.5 * a * (1 + erf(a * 0.7071067811865476))' : `0.5 * a * (1 + ${tanh})`),
    derivative: o =>
      exact(o)
        ? 'g * (0.5 * (1 + erf(a * 0.7071067811865476)) + a * (0.3989422804014327 * Math.exp(-0.5 * a * a)))'
        : `g * (0.5 * (1 + ${tanh}) + 0.5 * a * (1 - ${tanh} * ${tanh}) * 0.7978845608028654 * (1 + 0.134145 * a * a))`,
  },
});
