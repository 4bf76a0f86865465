import type { OpDefinition } from '../op';
import { elements, input, mulDims, number } from './_infer';
import { sizeOf } from './_launch';

/**
 * Attributes `size` (channels in the window), `alpha`, `beta`, `bias`. ONNX has the larger half of an even window
 * after the channel; PyTorch has it before, which the attribute `before` (channels before the own one) says.
 */
export const op: OpDefinition = {
  name: 'LRN',
  summary: 'Local response normalisation over channels',
  formula: 'y = x / (bias + alpha/size · Σ x²)^beta',
  torch: ['nn.LocalResponseNorm', 'F.local_response_norm'],
  infer: inputs => [input(inputs, 0, 'LRN')],
  flops: (inputs, _, attributes) => mulDims(2 * number(attributes, 'size', 1) + 3, elements(inputs[0])),
  expand(e) {
    const x = e.inputs[0]!;
    const shape = e.type(x).shape.map(Number);
    const size = number(e.attributes, 'size', 1);
    const before = number(e.attributes, 'before', Math.floor((size - 1) / 2));
    const [n = 1, c = 1, ...spatial] = shape;
    const squares = e.emit('Mul', [x, x])[0]!;
    const planes = e.emit('Reshape', [squares], { shape: [n, 1, c, sizeOf(spatial)] })[0]!;
    // The mean over the window, with the channels that are not there as zeros.
    const means = e.emit('AveragePool', [planes], {
      kernel_shape: [size, 1],
      strides: [1, 1],
      pads: [before, 0, size - 1 - before, 0],
      count_include_pad: 1,
    })[0]!;
    const m = e.emit('Reshape', [means], { shape })[0]!;
    const [alpha, beta, bias] = ['alpha', 'beta', 'bias'].map((name, i) =>
      number(e.attributes, name, [1e-4, 0.75, 1][i]!),
    );
    const base = `(${bias} + ${alpha} * b)`;
    return e.emit('Map', [x, m], {
      names: ['a', 'b'],
      expression: `a * Math.pow(${base}, ${-beta!})`,
      derivatives: [
        `g * Math.pow(${base}, ${-beta!})`,
        `g * a * (${-beta! * alpha!}) * Math.pow(${base}, ${-beta! - 1})`,
      ],
    });
  },
};
