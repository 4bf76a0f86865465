import { unary } from './_elementwise';
import { number } from './_infer';

/** Attribute `alpha`: the slope. */
export const op = unary({
  name: 'LeakyRelu',
  summary: 'Scales negative values by a small slope',
  formula: 'y = x if x ≥ 0, else α x',
  torch: ['nn.LeakyReLU', 'F.leaky_relu'],
  expression: o => `a < 0 ? a * ${number(o, 'alpha', 0.01)} : a`,
  derivative: o => `a > 0 ? g : g * ${number(o, 'alpha', 0.01)}`,
});
