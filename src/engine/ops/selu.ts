import type { Attributes } from '../../model/graph';
import { unary } from './_elementwise';
import { number } from './_infer';

const alpha = (o: Attributes): number => number(o, 'alpha', 1.6732632423543772);
const gamma = (o: Attributes): number => number(o, 'gamma', 1.0507009873554805);

/** Klambauer et al. 2017; attributes `alpha` and `gamma`. */
export const op = unary({
  name: 'Selu',
  summary: 'Self-normalising exponential unit',
  formula: 'y = γ x if x > 0, else γ α (eˣ - 1)',
  torch: ['nn.SELU', 'F.selu'],
  expression: o => `${gamma(o)} * (a > 0 ? a : ${alpha(o)} * (Math.exp(Math.min(a, 0)) - 1))`,
  derivative: o => `g * ${gamma(o)} * (a > 0 ? 1 : ${alpha(o)} * Math.exp(Math.min(a, 0)))`,
});
