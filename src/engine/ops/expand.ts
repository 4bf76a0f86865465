import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { sumTo } from './_elementwise';
import { broadcast, input } from './_infer';
import { mapKernel } from './_map';

/** Attribute `shape`: broadcast with the input's own shape (1 keeps a size). */
export const op: OpDefinition = {
  name: 'Expand',
  summary: 'Repeats a tensor along axes of size 1',
  torch: ['Tensor.expand', 'torch.broadcast_to'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Expand');
    return [{ dtype: x.dtype, shape: broadcast(x.shape, attributes['shape'] as readonly Dim[]) }];
  },
  gradient: g => [sumTo(g, g.outputGradients[0]!, g.inputs[0]!)],
  lower(l) {
    l.kernel(mapKernel('Expand', [l.inputs[0]!], l.outputs[0]!, 'a'));
  },
};
