import type { OpDefinition } from '../op';
import { axesOf, input } from './_infer';

/** Attribute `axes`: those of them that have size 1 are dropped; all axes of size 1 if absent. */
export const op: OpDefinition = {
  name: 'Squeeze',
  summary: 'Drops axes of size 1',
  torch: ['torch.squeeze'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Squeeze');
    const axes = axesOf(attributes['axes'], x.shape.length);
    return [{ dtype: x.dtype, shape: x.shape.filter((d, i) => !(axes.includes(i) && d === 1)) }];
  },
  gradient: g => g.emit('Reshape', [g.outputGradients[0]!], { shape: g.type(g.inputs[0]!).shape }),
  lower: l => l.alias(0, 0),
};
