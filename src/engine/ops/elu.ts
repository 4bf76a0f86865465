import { unary } from './_elementwise';
import { number } from './_infer';

/** Attribute `alpha`. */
export const op = unary({
  name: 'Elu',
  summary: 'Exponential below zero',
  formula: 'y = x if x > 0, else α (eˣ - 1)',
  torch: ['nn.ELU', 'F.elu'],
  expression: o => `a > 0 ? a : ${number(o, 'alpha', 1)} * (Math.exp(Math.min(a, 0)) - 1)`,
  derivative: o => `a > 0 ? g : g * ${number(o, 'alpha', 1)} * Math.exp(Math.min(a, 0))`,
});
