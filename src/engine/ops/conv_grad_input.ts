import type { OpDefinition } from '../op';
import { convGradInputKernel, convolutionOf } from './_conv';
import { elements, input, mulDims, productOf } from './_infer';

/** Inputs dL/dy and the weight; attributes of the Conv and `shape`, that of the input. */
export const op: OpDefinition = {
  name: 'ConvGradInput',
  internal: true,
  summary: 'Gradient of a convolution with respect to its input',
  infer: (inputs, attributes) => [
    { dtype: input(inputs, 0, 'ConvGradInput').dtype, shape: attributes['shape'] as readonly number[] },
  ],
  flops: inputs => mulDims(mulDims(2, productOf(inputs[1]!.shape.slice(1))), elements(inputs[0])),
  gradient(g) {
    const [dy, w] = g.inputs;
    const d = g.outputGradients[0]!;
    const { shape: _, ...attributes } = g.attributes;
    return [
      g.wants(0) ? g.emit('Conv', [d, w!], attributes)[0]! : null,
      g.wants(1) ? g.emit('ConvGradWeight', [d, dy!], { ...attributes, shape: g.type(w!).shape })[0]! : null,
    ];
  },
  lower(l) {
    const [dy, w] = l.inputs;
    const [dx] = l.outputs;
    const c = convolutionOf(l.attributes, dx!.shape, w!.shape, dy!.shape);
    l.kernel(convGradInputKernel(c, dy!, w!, undefined, dx!));
  },
};
