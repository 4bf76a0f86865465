import type { DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, input, mulDims, number, text } from './_infer';
import { centred, spread } from './_quantized';

/** Inputs, `axis` and `block_size` as those of QuantizeLinear; attribute `dtype`: the type of the result. */
export const op: OpDefinition = {
  name: 'DequantizeLinear',
  summary: 'What quantised numbers stand for',
  formula: 'y = scale · (x - zero point)',
  torch: ['Tensor.dequantize'],
  infer: (inputs, attributes) => [
    {
      dtype: text(attributes, 'dtype', 'float32') as DType,
      shape: input(inputs, 0, 'DequantizeLinear').shape,
    },
  ],
  flops: inputs => mulDims(2, elements(inputs[0])),
  expand(e) {
    const [x, scale, zero] = e.inputs;
    const shape = e.type(x!).shape.map(Number);
    const axis = number(e.attributes, 'axis', 1);
    const block = number(e.attributes, 'block_size', 0);
    return e.emit('Mul', [centred(e, x!, zero, axis, block), spread(e, scale!, shape, axis, block)]);
  },
};
