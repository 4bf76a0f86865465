import { unary } from './_elementwise';
import { number } from './_infer';

/** Attributes `alpha`, and PyTorch's `value` for what is not above it. */
export const op = unary({
  name: 'ThresholdedRelu',
  summary: 'Zeroes what is not above a threshold',
  formula: 'y = x if x > α, else 0',
  torch: ['nn.Threshold'],
  expression: o => `a > ${number(o, 'alpha', 1)} ? a : ${number(o, 'value', 0)}`,
  derivative: o => `a > ${number(o, 'alpha', 1)} ? g : 0`,
});
