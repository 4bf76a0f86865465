import type { OpDefinition } from '../op';
import { input } from './_infer';
import { centred, rangeOf, rounded, spread } from './_quantized';
import { op as product } from './mat_mul';

/**
 * Inputs a, its scale and zero point; b, its scale and zero point; the scale and zero point of the result; optionally a
 * bias, in steps of the product of both scales. Attributes `low`, `high`, `dtype`: the type of the result.
 */
export const op: OpDefinition = {
  name: 'QLinearMatMul',
  summary: 'Product of quantised matrices, quantised',
  formula: 'y = quantise(scale · (a - zero point) (b - zero point))',
  torch: ['torch.ao.nn.quantized.Linear'],
  infer(inputs, attributes) {
    const operands = [input(inputs, 0, 'QLinearMatMul'), input(inputs, 3, 'QLinearMatMul')];
    return [{ dtype: rangeOf(attributes).dtype, shape: product.infer(operands, {})[0]!.shape }];
  },
  flops: (inputs, outputs, attributes) => product.flops!([inputs[0], inputs[3]], outputs, attributes),
  expand(e) {
    const [a, scaleA, zeroA, b, scaleB, zeroB, scale, zero, bias] = e.inputs;
    let sum = e.emit('MatMul', [centred(e, a!, zeroA, -2), centred(e, b!, zeroB, -1)])[0]!;
    if (bias) sum = e.emit('Add', [sum, bias])[0]!;
    const shape = e.type(sum).shape.map(Number);
    const of = (id: string, axis: number) => spread(e, id, shape, axis);
    const [both] = e.emit('Mul', [of(scaleA!, -2), of(scaleB!, -1)]);
    const [multiplier] = e.emit('Div', [both!, of(scale!, -2)]);
    return [rounded(e, sum, { multiplier: multiplier! }, zero ? of(zero, -2) : undefined, e.attributes)];
  },
};
