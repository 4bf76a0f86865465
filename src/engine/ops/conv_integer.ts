import type { OpDefinition } from '../op';
import { centred } from './_quantized';
import { op as conv } from './conv';

/** Inputs x, weight and, optionally, their zero points, that of the weight one or one for each channel. */
export const op: OpDefinition = {
  name: 'ConvInteger',
  summary: 'Convolution of whole numbers',
  formula: 'y = (W - zero point of W) ⋆ (x - zero point of x)',
  infer: (inputs, attributes) => [
    { dtype: 'int32', shape: conv.infer(inputs.slice(0, 2), attributes)[0]!.shape },
  ],
  flops: (inputs, outputs, attributes) => conv.flops!(inputs.slice(0, 2), outputs, attributes),
  expand(e) {
    const [x, w, zeroX, zeroW] = e.inputs;
    const operands = [centred(e, x!, zeroX, 1), centred(e, w!, zeroW, 0)];
    return e.emit('Cast', e.emit('Conv', operands, e.attributes), { to: 'int32', exact: 1 });
  },
};
