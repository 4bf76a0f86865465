import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { convKernel, convolutionOf } from './_conv';
import {
  addDims,
  differ,
  elements,
  input,
  mulDims,
  number,
  numbers,
  productOf,
  promote,
  shapeText,
  slide,
  windowOf,
} from './_infer';

/**
 * Inputs x [N, C, …], weight [M, C / group, …] and, optionally, bias [M]. Attributes `kernel_shape` (the weight's),
 * `strides`, `pads` (before each axis, then after each axis), `dilations`, `group`.
 */
export const op: OpDefinition = {
  name: 'Conv',
  summary: 'Convolution',
  formula: 'y = W ⋆ x + b',
  torch: ['nn.Conv1d', 'nn.Conv2d', 'nn.Conv3d', 'F.conv2d'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Conv');
    const w = input(inputs, 1, 'Conv');
    const rank = w.shape.length;
    if (x.shape.length !== rank)
      throw new ShapeError(
        `Expected ${rank - 1}D (unbatched) or ${rank}D (batched) input to conv${rank - 2}d, but got input of size: ${shapeText(x.shape)}`,
      );
    const groups = number(attributes, 'group', 1);
    const expected = mulDims(w.shape[1]!, groups);
    if (differ(x.shape[1]!, expected))
      throw new ShapeError(
        `Given groups=${groups}, weight of size ${shapeText(w.shape)}, expected input${shapeText(x.shape)} to have ${expected} channels, but got ${x.shape[1]} channels instead`,
        { argument: 'in_channels', found: expected, expected: x.shape[1]! },
      );
    const kernel = numbers(attributes, 'kernel_shape') ?? (w.shape.slice(2) as readonly number[]);
    const window = windowOf(attributes, kernel);
    const n = kernel.length;
    const padded: Dim[] = x.shape.slice(2).map((d, i) => addDims(d, window.pads[i]! + window.pads[i + n]!));
    const reach = kernel.map((k, i) => window.dilations[i]! * (k - 1) + 1);
    if (padded.some((d, i) => typeof d === 'number' && d < reach[i]!))
      throw new ShapeError(
        `Calculated padded input size per channel: (${padded.join(' x ')}). Kernel size: (${kernel.join(' x ')}). Kernel size can't be greater than actual input size`,
      );
    return [
      {
        dtype: promote(x.dtype, w.dtype),
        shape: [x.shape[0]!, w.shape[0]!, ...slide(x.shape.slice(2), window)],
      },
    ];
  },
  flops(inputs, outputs) {
    const w = inputs[1]!.shape;
    const product = mulDims(mulDims(2, productOf(w.slice(1))), elements(outputs[0]));
    return inputs[2] ? addDims(product, elements(outputs[0])) : product;
  },
  gradient(g) {
    const [x, w, b] = g.inputs;
    const dy = g.outputGradients[0]!;
    const rank = g.type(dy).shape.length;
    const like = (value: string) => g.type(value).shape;
    const axes = Array.from({ length: rank }, (_, i) => i).filter(i => i !== 1);
    return [
      g.wants(0) ? g.emit('ConvGradInput', [dy, w!], { ...g.attributes, shape: like(x!) })[0]! : null,
      g.wants(1) ? g.emit('ConvGradWeight', [x!, dy], { ...g.attributes, shape: like(w!) })[0]! : null,
      b && g.wants(2) ? g.emit('ReduceSum', [dy], { axes, keepdims: 0 })[0]! : null,
    ];
  },
  lower(l) {
    const [x, w, b] = l.inputs;
    const [y] = l.outputs;
    l.kernel(convKernel(convolutionOf(l.attributes, x!.shape, w!.shape, y!.shape), x!, w!, b, y!));
  },
};
