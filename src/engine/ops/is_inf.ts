import { unary } from './_elementwise';
import { flag } from './_infer';

/** Attributes `detect_positive` and `detect_negative` (1): which infinities count. */
export const op = unary({
  name: 'IsInf',
  summary: 'Which values are infinite',
  torch: ['torch.isinf'],
  expression: o =>
    `(${flag(o, 'detect_positive', true) ? 'a > 3.4028235e38' : '1 > 2'}) || (${flag(o, 'detect_negative', true) ? 'a < -3.4028235e38' : '1 > 2'}) ? 1 : 0`,
  derivative: null,
  result: t => ({ dtype: 'bool', shape: t.shape }),
});
