import { unary } from './_elementwise';
import { number } from './_infer';

/** Attributes `alpha` (ONNX: 0.2; PyTorch: 1/6) and `beta`. */
export const op = unary({
  name: 'HardSigmoid',
  summary: 'Sigmoid from straight pieces',
  formula: 'y = clip(α x + β, 0, 1)',
  torch: ['nn.Hardsigmoid', 'F.hardsigmoid'],
  expression: o => `Math.min(Math.max(a * ${number(o, 'alpha', 0.2)} + ${number(o, 'beta', 0.5)}, 0), 1)`,
  derivative: o => `(y > 0 && y < 1) ? g * ${number(o, 'alpha', 0.2)} : 0`,
});
