import type { DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, input, number, text } from './_infer';

/** Of the input's shape. Attributes `dtype` and `low` (0), `high` (1). */
export const op: OpDefinition = {
  name: 'RandomUniformLike',
  summary: 'Random numbers of the input’s shape, uniform distribution',
  torch: ['torch.rand_like'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'RandomUniformLike');
    return [{ dtype: text(attributes, 'dtype', x.dtype) as DType, shape: x.shape }];
  },
  flops: (_, outputs) => elements(outputs[0]),
  expand: e => [
    e.uniform(e.type(e.inputs[0]!).shape, number(e.attributes, 'low', 0), number(e.attributes, 'high', 1)),
  ],
};
