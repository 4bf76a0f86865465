import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { input, mulDims } from './_infer';

/** Attribute `repeats`: how often along each axis. */
export const op: OpDefinition = {
  name: 'Tile',
  summary: 'Repeats a tensor along its axes',
  torch: ['Tensor.repeat', 'torch.tile'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Tile');
    const repeats = attributes['repeats'] as readonly Dim[];
    return [{ dtype: x.dtype, shape: x.shape.map((d, i) => mulDims(d, repeats[i] ?? 1)) }];
  },
  flops: () => 0,
  expand(e) {
    const [x] = e.inputs;
    const { shape } = e.type(x!);
    const repeats = shape.map((_, i) => Number((e.attributes['repeats'] as readonly Dim[])[i] ?? 1));
    const apart = e.emit('Reshape', [x!], { shape: shape.flatMap(d => [1, d]) })[0]!;
    const spread = e.emit('Expand', [apart], { shape: shape.flatMap((d, i) => [repeats[i]!, d]) })[0]!;
    return e.emit('Reshape', [spread], { shape: shape.map((d, i) => mulDims(d, repeats[i]!)) });
  },
};
