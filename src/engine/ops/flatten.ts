import type { OpDefinition } from '../op';
import { axisOf, input, number, productOf } from './_infer';

/** Attribute `axis` (1): the axes before it make the rows, the others the columns. */
export const op: OpDefinition = {
  name: 'Flatten',
  summary: 'Makes a matrix of a tensor',
  torch: ['nn.Flatten', 'torch.flatten'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Flatten');
    const given = number(attributes, 'axis', 1);
    const axis = given === x.shape.length ? given : axisOf(given, x.shape.length);
    return [{ dtype: x.dtype, shape: [productOf(x.shape.slice(0, axis)), productOf(x.shape.slice(axis))] }];
  },
  gradient: g => g.emit('Reshape', [g.outputGradients[0]!], { shape: g.type(g.inputs[0]!).shape }),
  lower: l => l.alias(0, 0),
};
