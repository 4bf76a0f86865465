import type { Attributes } from '../../model/graph';
import { unary } from './_elementwise';
import { flag, number } from './_infer';

const low = (o: Attributes): number => number(o, 'min', -3.4028234e38);
const high = (o: Attributes): number => number(o, 'max', 3.4028234e38);

/**
 * Limits are the attributes `min` and `max`. The gradient passes at the limits, as in PyTorch's clamp; with `open` (1)
 * it does not, as in hardtanh and relu6.
 */
export const op = unary({
  name: 'Clip',
  summary: 'Limits values to a range',
  formula: 'y = min(max(x, lo), hi)',
  torch: ['torch.clamp', 'nn.Hardtanh', 'nn.ReLU6', 'F.relu6'],
  // Comparisons, which take a fraction of the instructions of a minimum that minds NaN and the sign of zero.
  statements: o => `const above = a < ${low(o)} ? ${low(o)} : a;`,
  expression: o => `above > ${high(o)} ? ${high(o)} : above`,
  derivative: o =>
    flag(o, 'open')
      ? `(a > ${low(o)} && a < ${high(o)}) ? g : 0`
      : `(a >= ${low(o)} && a <= ${high(o)}) ? g : 0`,
});
