import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { elements, input, mulDims, text } from './_infer';

/**
 * Attributes `sizes` (of the whole result), `mode` ("nearest", "linear", "cubic"), `coordinate_transformation_mode` and
 * `nearest_mode` as in ONNX.
 */
export const op: OpDefinition = {
  name: 'Resize',
  summary: 'Enlarges or shrinks by interpolation',
  torch: ['nn.Upsample', 'F.interpolate'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Resize');
    const sizes = attributes['sizes'] as readonly Dim[];
    if (sizes.length !== x.shape.length)
      throw new ShapeError(
        `Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of [${x.shape.slice(2).join(', ')}] and output size of [${sizes.slice(2).join(', ')}]`,
      );
    return [{ dtype: x.dtype, shape: sizes }];
  },
  flops(inputs, outputs, attributes) {
    const rank = inputs[0]!.shape.length - 2;
    const perElement = { nearest: 0, linear: 3 * 2 ** rank, cubic: 3 * 4 ** rank }[
      text(attributes, 'mode', 'nearest')
    ];
    return mulDims(perElement ?? 0, elements(outputs[0]));
  },
};
