import { unary } from './_elementwise';
import { number } from './_infer';

/** Attribute `alpha`. */
export const op = unary({
  name: 'Celu',
  summary: 'Continuously differentiable exponential unit',
  formula: 'y = max(0, x) + min(0, α (e^(x/α) - 1))',
  torch: ['nn.CELU', 'F.celu'],
  expression: o =>
    `a > 0 ? a : ${number(o, 'alpha', 1)} * (Math.exp(Math.min(a, 0) / ${number(o, 'alpha', 1)}) - 1)`,
  derivative: o => `a > 0 ? g : g * Math.exp(Math.min(a, 0) / ${number(o, 'alpha', 1)})`,
});
