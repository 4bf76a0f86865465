import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { convGradInputKernel, convolutionOf, FAST_AXES } from './_conv';
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
  subDims,
  windowOf,
} from './_infer';
import { mapKernel } from './_map';

/**
 * Inputs x [N, C, …], weight [C, M / group, …] and, optionally, bias [M]. Attributes `kernel_shape` (the weight's),
 * `strides`, `pads` (before each axis, then after each axis), `output_padding`, `dilations`, `group`.
 */
export const op: OpDefinition = {
  name: 'ConvTranspose',
  summary: 'Transposed convolution: the gradient of a convolution, used to enlarge',
  torch: ['nn.ConvTranspose1d', 'nn.ConvTranspose2d', 'nn.ConvTranspose3d', 'F.conv_transpose2d'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'ConvTranspose');
    const w = input(inputs, 1, 'ConvTranspose');
    const rank = w.shape.length;
    if (x.shape.length !== rank)
      throw new ShapeError(
        `Expected ${rank - 1}D (unbatched) or ${rank}D (batched) input to conv_transpose${rank - 2}d, but got input of size: ${shapeText(x.shape)}`,
      );
    if (differ(x.shape[1]!, w.shape[0]!))
      throw new ShapeError(
        `Given transposed=1, weight of size ${shapeText(w.shape)}, expected input${shapeText(x.shape)} to have ${w.shape[0]} channels, but got ${x.shape[1]} channels instead`,
        { argument: 'in_channels', found: w.shape[0]!, expected: x.shape[1]! },
      );
    const kernel = numbers(attributes, 'kernel_shape') ?? (w.shape.slice(2) as readonly number[]);
    const { strides, pads, dilations } = windowOf(attributes, kernel);
    const more = numbers(attributes, 'output_padding') ?? kernel.map(() => 0);
    const n = kernel.length;
    // (in - 1) stride - pads + dilation (kernel - 1) + output_padding + 1
    const spatial = x.shape
      .slice(2)
      .map((size, i) =>
        addDims(
          mulDims(subDims(size, 1), strides[i]!),
          dilations[i]! * (kernel[i]! - 1) + more[i]! + 1 - pads[i]! - pads[i + n]!,
        ),
      );
    const channels = mulDims(w.shape[1]!, number(attributes, 'group', 1));
    return [{ dtype: promote(x.dtype, w.dtype), shape: [x.shape[0]!, channels, ...spatial] }];
  },
  flops(inputs, outputs) {
    const w = inputs[1]!.shape;
    const product = mulDims(mulDims(2, productOf(w.slice(1))), elements(inputs[0]));
    return inputs[2] ? addDims(product, elements(outputs[0])) : product;
  },
  gradient(g) {
    const [x, w, b] = g.inputs;
    const dy = g.outputGradients[0]!;
    const { output_padding: _, ...attributes } = g.attributes;
    const axes = g.type(dy).shape.flatMap((_, i) => (i === 1 ? [] : [i]));
    return [
      g.wants(0) ? g.emit('Conv', [dy, w!], attributes)[0]! : null,
      g.wants(1) ? g.emit('ConvGradWeight', [dy, x!], { ...attributes, shape: g.type(w!).shape })[0]! : null,
      b && g.wants(2) ? g.emit('ReduceSum', [dy], { axes, keepdims: 0 })[0]! : null,
    ];
  },
  lower(l) {
    const [x, w, b] = l.inputs;
    const y = l.outputs[0]!;
    const c = convolutionOf(l.attributes, y.shape, w!.shape, x!.shape);
    // The hand-written kernel has no bias.
    if (!b || !l.fast || c.out.length > FAST_AXES) {
      l.kernel({ ...convGradInputKernel(c, x!, w!, b, y), name: 'ConvTranspose' });
      return;
    }
    const bare = l.scratch(y.shape);
    l.kernel({ ...convGradInputKernel(c, x!, w!, undefined, bare), name: 'ConvTranspose' });
    const column = { buffer: b.buffer, shape: [c.ci, ...c.spatial.map(() => 1)] };
    l.kernel(mapKernel('Add', [bare, column], y, 'a + b'));
  },
};
