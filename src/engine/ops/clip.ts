import type { Attributes } from '../../model/graph';
import { unary } from './_elementwise';
import { number } from './_infer';

const low = (o: Attributes): number => number(o, 'min', -3.4028234e38);
const high = (o: Attributes): number => number(o, 'max', 3.4028234e38);

/** Limits are the attributes `min` and `max`. The gradient passes at the limits, as in PyTorch's clamp. */
export const op = unary({
  name: 'Clip',
  summary: 'Limits values to a range',
  formula: 'y = min(max(x, lo), hi)',
  torch: ['torch.clamp', 'nn.Hardtanh', 'nn.ReLU6', 'F.relu6'],
  expression: o => `Math.min(Math.max(a, ${low(o)}), ${high(o)})`,
  derivative: o => `(a >= ${low(o)} && a <= ${high(o)}) ? g : 0`,
});
