import type { Attributes } from '../../model/graph';
import { unary } from './_elementwise';
import { number } from './_infer';

const scaled = (o: Attributes): string => `(a * ${number(o, 'beta', 1)})`;
const limit = (o: Attributes): number => number(o, 'threshold', 1e9);

/** Attributes `beta` and `threshold` (linear above it) are PyTorch's; ONNX has beta 1 and no threshold. */
export const op = unary({
  name: 'Softplus',
  summary: 'Smooth rectifier',
  formula: 'y = ln(1 + e^(β x)) / β',
  torch: ['nn.Softplus', 'F.softplus'],
  expression: o =>
    `${scaled(o)} > ${limit(o)} ? a : (Math.max(${scaled(o)}, 0) + Math.log(1 + Math.exp(-Math.abs(${scaled(o)})))) / ${number(o, 'beta', 1)}`,
  derivative: o => `${scaled(o)} > ${limit(o)} ? g : g / (1 + Math.exp(-${scaled(o)}))`,
});
