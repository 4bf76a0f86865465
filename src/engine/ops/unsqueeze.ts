import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { axesOf, input, numbers } from './_infer';

/** Attribute `axes`: where the new axes stand in the result. */
export const op: OpDefinition = {
  name: 'Unsqueeze',
  summary: 'Adds axes of size 1',
  torch: ['torch.unsqueeze', 'Tensor[None]'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Unsqueeze');
    const given = numbers(attributes, 'axes') ?? [];
    const axes = axesOf(given, x.shape.length + given.length);
    const shape: Dim[] = [...x.shape];
    for (const a of axes) shape.splice(a, 0, 1);
    return [{ dtype: x.dtype, shape }];
  },
  gradient: g => g.emit('Reshape', [g.outputGradients[0]!], { shape: g.type(g.inputs[0]!).shape }),
  lower: l => l.alias(0, 0),
};
