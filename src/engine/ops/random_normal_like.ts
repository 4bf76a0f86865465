import type { DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, input, number, text } from './_infer';

/** Of the input's shape. Attributes `dtype` and `mean` (0), `scale` (1): the standard deviation. */
export const op: OpDefinition = {
  name: 'RandomNormalLike',
  summary: 'Random numbers of the input’s shape, normal distribution',
  torch: ['torch.randn_like'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'RandomNormalLike');
    return [{ dtype: text(attributes, 'dtype', x.dtype) as DType, shape: x.shape }];
  },
  flops: (_, outputs) => elements(outputs[0]),
  expand: e => [
    e.normal(e.type(e.inputs[0]!).shape, number(e.attributes, 'mean', 0), number(e.attributes, 'scale', 1)),
  ],
};
