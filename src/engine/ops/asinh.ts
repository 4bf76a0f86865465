import { unary } from './_elementwise';

export const op = unary({
  name: 'Asinh',
  summary: 'Inverse hyperbolic sine',
  formula: 'y = arsinh(x)',
  torch: ['torch.asinh'],
  expression: 'Math.asinh(a)',
  derivative: 'g / Math.sqrt(1 + a * a)',
});
