import type { Dim, DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, number, text } from './_infer';

/** Attributes `shape`, `dtype` and `low` (0), `high` (1). */
export const op: OpDefinition = {
  name: 'RandomUniform',
  summary: 'Random numbers, uniform distribution',
  torch: ['torch.rand'],
  infer: (_, attributes) => [
    { dtype: text(attributes, 'dtype', 'float32') as DType, shape: attributes['shape'] as readonly Dim[] },
  ],
  flops: (_, outputs) => elements(outputs[0]),
  expand: e => [
    e.uniform(
      e.attributes['shape'] as readonly Dim[],
      number(e.attributes, 'low', 0),
      number(e.attributes, 'high', 1),
    ),
  ],
};
