import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { adaptiveWindows } from './_adaptive';
import { along } from './_along';
import { elements, input } from './_infer';

/**
 * Window i of an axis reaches from floor(i in / out) to ceil((i + 1) in / out). Attribute `output_size`. For sizes that
 * do not divide; those that do are a plain pool.
 */
export const op: OpDefinition = {
  name: 'AdaptiveAveragePool',
  internal: true,
  summary: 'Average over windows that cover the input for a wanted output size',
  torch: ['nn.AdaptiveAvgPool1d', 'nn.AdaptiveAvgPool2d', 'nn.AdaptiveAvgPool3d'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'AdaptiveAveragePool');
    const size = attributes['output_size'] as readonly Dim[];
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, x.shape.length - size.length), ...size] }];
  },
  flops: inputs => elements(inputs[0]),
  // The mean over a box is the mean of means along its axes.
  expand(e) {
    const wanted = (e.attributes['output_size'] as readonly Dim[]).map(Number);
    const shape = e.type(e.inputs[0]!).shape.map(Number);
    const y = wanted.reduce((x, length, i) => {
      const axis = shape.length - wanted.length + i;
      const taps = adaptiveWindows(shape[axis]!, length).map(({ start, end }) =>
        Array.from({ length: end - start }, (_, k) => ({ at: start + k, weight: 1 / (end - start) })),
      );
      return along(e, x, axis, taps);
    }, e.inputs[0]!);
    return [y];
  },
};
