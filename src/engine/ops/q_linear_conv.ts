import type { OpDefinition } from '../op';
import { input } from './_infer';
import { centred, rangeOf, rounded, spread } from './_quantized';
import { op as conv } from './conv';

/**
 * Inputs x, its scale and zero point; the weight, its scale and zero point (one, or one for each channel of the
 * result); the scale and zero point of the result; optionally a bias, in steps of the product of both scales.
 * Attributes those of Conv, and `low`, `high`, `dtype`: the type of the result.
 */
export const op: OpDefinition = {
  name: 'QLinearConv',
  summary: 'Convolution of quantised numbers, quantised',
  formula: 'y = quantise(scale · ((W - zero point) ⋆ (x - zero point) + b))',
  torch: ['torch.ao.nn.quantized.Conv2d'],
  infer(inputs, attributes) {
    const operands = [input(inputs, 0, 'QLinearConv'), input(inputs, 3, 'QLinearConv')];
    return [{ dtype: rangeOf(attributes).dtype, shape: conv.infer(operands, attributes)[0]!.shape }];
  },
  flops: (inputs, outputs, attributes) => conv.flops!([inputs[0], inputs[3], inputs[8]], outputs, attributes),
  expand(e) {
    const [x, scaleX, zeroX, w, scaleW, zeroW, scale, zero, bias] = e.inputs;
    const operands = [centred(e, x!, zeroX, 1), centred(e, w!, zeroW, 0)];
    const [sum] = e.emit('Conv', bias ? [...operands, bias] : operands, e.attributes);
    const shape = e.type(sum!).shape.map(Number);
    const of = (id: string) => spread(e, id, shape, 1);
    const [both] = e.emit('Mul', [of(scaleX!), of(scaleW!)]);
    const [multiplier] = e.emit('Div', [both!, of(scale!)]);
    return [rounded(e, sum!, { multiplier: multiplier! }, zero ? of(zero) : undefined, e.attributes)];
  },
};
