import type { DType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { flag, input, isFloat, text } from './_infer';
import { mapKernel } from './_map';

/**
 * Attribute `to`: our name of the type. Floats become whole numbers by dropping what follows the point. With `exact` the
 * values are of that type already, so that nothing is computed, and gradients pass whatever the types are: quantised
 * numbers stand for real ones.
 */
export const op: OpDefinition = {
  name: 'Cast',
  summary: 'The same values in another type',
  torch: ['Tensor.to', 'Tensor.float', 'Tensor.long'],
  infer: (inputs, attributes) => [
    { dtype: text(attributes, 'to', 'float32') as DType, shape: input(inputs, 0, 'Cast').shape },
  ],
  flops: () => 0,
  gradient: g => [
    flag(g.attributes, 'exact') || isFloat(g.type(g.inputs[0]!).dtype) ? g.outputGradients[0]! : null,
  ],
  lower(l) {
    const to = text(l.attributes, 'to', 'float32') as DType;
    const from = l.types[0]!.dtype;
    if (flag(l.attributes, 'exact') || isFloat(to) || (to !== 'bool' && !isFloat(from))) {
      l.alias(0, 0);
      return;
    }
    const expression = to === 'bool' ? 'a !== 0 ? 1 : 0' : 'a < 0 ? Math.ceil(a) : Math.floor(a)';
    l.kernel(mapKernel('Cast', [l.inputs[0]!], l.outputs[0]!, expression));
  },
};
