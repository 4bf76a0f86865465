import type { Dim, DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { number, text } from './_infer';
import { mapKernel } from './_map';

/** Attributes `shape`, `value` (0) and `dtype` ("float32"). */
export const op: OpDefinition = {
  name: 'ConstantOfShape',
  summary: 'A tensor filled with one value',
  torch: ['torch.zeros', 'torch.ones', 'torch.full'],
  infer: (_, attributes) => [
    { dtype: text(attributes, 'dtype', 'float32') as DType, shape: attributes['shape'] as readonly Dim[] },
  ],
  flops: () => 0,
  gradient: () => [],
  lower(l) {
    l.kernel(mapKernel('ConstantOfShape', [], l.outputs[0]!, String(number(l.attributes, 'value', 0))));
  },
};
