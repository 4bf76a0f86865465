import type { Attributes } from '../../model/graph';
import { unary } from './_elementwise';
import { number } from './_infer';

const limit = (o: Attributes): number => number(o, 'lambd', 0.5);

/** Attributes `lambd` and `bias`: PyTorch's hard form has bias 0, its soft form bias = lambd. */
export const op = unary({
  name: 'Shrink',
  summary: 'Values near 0 become 0, others move towards it',
  formula: 'y = x - bias if x > λ, x + bias if x < -λ, else 0',
  torch: ['nn.Hardshrink', 'nn.Softshrink', 'F.hardshrink', 'F.softshrink'],
  expression: o =>
    `a > ${limit(o)} ? a - ${number(o, 'bias', 0)} : (a < ${-limit(o)} ? a + ${number(o, 'bias', 0)} : 0)`,
  derivative: o => `(a > ${limit(o)} || a < ${-limit(o)}) ? g : 0`,
});
