import type { OpDefinition } from '../op';
import { convGradWeightKernel, convolutionOf } from './_conv';
import { elements, input, mulDims, productOf } from './_infer';

/** Inputs x and dL/dy; attributes of the Conv and `shape`, that of the weight. */
export const op: OpDefinition = {
  name: 'ConvGradWeight',
  internal: true,
  summary: 'Gradient of a convolution with respect to its weight',
  infer: (inputs, attributes) => [
    { dtype: input(inputs, 0, 'ConvGradWeight').dtype, shape: attributes['shape'] as readonly number[] },
  ],
  flops: (inputs, outputs) => mulDims(mulDims(2, productOf(outputs[0]!.shape.slice(1))), elements(inputs[1])),
  lower(l) {
    const [x, dy] = l.inputs;
    const [dw] = l.outputs;
    l.kernel(convGradWeightKernel(convolutionOf(l.attributes, x!.shape, dw!.shape, dy!.shape), x!, dy!, dw!));
  },
};
