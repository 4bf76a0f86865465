import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, input } from './_infer';

/**
 * Window i of an axis reaches from floor(i in / out) to ceil((i + 1) in / out). Attribute `output_size`. For sizes that
 * do not divide; those that do are a plain pool.
 */
export const op: OpDefinition = {
  name: 'AdaptiveMaxPool',
  internal: true,
  summary: 'Maximum over windows that cover the input for a wanted output size',
  torch: ['nn.AdaptiveMaxPool1d', 'nn.AdaptiveMaxPool2d', 'nn.AdaptiveMaxPool3d'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'AdaptiveMaxPool');
    const size = attributes['output_size'] as readonly Dim[];
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, x.shape.length - size.length), ...size] }];
  },
  flops: inputs => elements(inputs[0]),
};
