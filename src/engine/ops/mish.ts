import { unary } from './_elementwise';

/** ln(1 + eˣ) without overflow. */
const softplus = '(Math.max(a, 0) + Math.log(1 + Math.exp(-Math.abs(a))))';

/** Misra 2019. */
export const op = unary({
  name: 'Mish',
  summary: 'Self-regularised smooth unit',
  formula: 'y = x tanh(ln(1 + eˣ))',
  torch: ['nn.Mish', 'F.mish'],
  expression: `a * Math.tanh(${softplus})`,
  derivative: `g * (Math.tanh(${softplus}) + a * (1 - Math.tanh(${softplus}) * Math.tanh(${softplus})) / (1 + Math.exp(-a)))`,
});
