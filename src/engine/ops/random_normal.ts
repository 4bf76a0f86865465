import type { Dim, DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, number, text } from './_infer';

/** Attributes `shape`, `dtype` and `mean` (0), `scale` (1): the standard deviation. */
export const op: OpDefinition = {
  name: 'RandomNormal',
  summary: 'Random numbers, normal distribution',
  torch: ['torch.randn'],
  infer: (_, attributes) => [
    { dtype: text(attributes, 'dtype', 'float32') as DType, shape: attributes['shape'] as readonly Dim[] },
  ],
  flops: (_, outputs) => elements(outputs[0]),
  expand: e => [
    e.normal(
      e.attributes['shape'] as readonly Dim[],
      number(e.attributes, 'mean', 0),
      number(e.attributes, 'scale', 1),
    ),
  ],
};
