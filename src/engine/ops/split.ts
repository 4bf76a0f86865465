import { productOf } from '../../model/dim';
import type { Attributes, Dim, TensorType } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { addDims, axisOf, differ, floorDivDims, input, number } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';

function sizes(x: TensorType, axis: number, attributes: Attributes): readonly Dim[] {
  const split = attributes['split'] as readonly Dim[] | undefined;
  if (split) return split;
  const count = number(attributes, 'num_outputs', 2);
  return Array.from({ length: count }, () => floorDivDims(x.shape[axis]!, count));
}

/** Attributes `axis` (0) and `split`, the sizes of the parts; or `num_outputs`, for equal ones. */
export const op: OpDefinition = {
  name: 'Split',
  summary: 'Cuts a tensor into parts along an axis',
  torch: ['torch.split', 'torch.chunk', 'torch.unbind'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Split');
    const axis = axisOf(number(attributes, 'axis', 0), x.shape.length);
    const parts = sizes(x, axis, attributes);
    const sum = parts.reduce<Dim>(addDims, 0);
    if (differ(sum, x.shape[axis]!))
      throw new ShapeError(
        `split_with_sizes expects split_sizes to sum exactly to ${x.shape[axis]} (input tensor's size at dimension ${axis}), but got split_sizes=[${parts.join(', ')}]`,
      );
    return parts.map(size => ({ dtype: x.dtype, shape: x.shape.map((d, i) => (i === axis ? size : d)) }));
  },
  gradient(g) {
    const axis = axisOf(number(g.attributes, 'axis', 0), g.type(g.inputs[0]!).shape.length);
    const parts = g.outputs.map(
      (y, i) =>
        g.outputGradients[i] ?? g.emit('ConstantOfShape', [], { shape: g.type(y).shape, value: 0 })[0]!,
    );
    return g.emit('Concat', parts, { axis });
  },
  lower(l) {
    const [x] = l.inputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
    const strides = stridesOf(x!.shape);
    let start = 0;
    for (const y of l.outputs) {
      const origin = start * strides[axis]!;
      start += y.shape[axis]!;
      if (productOf(y.shape) === 0) continue;
      const { grid, prologue, at } = launch(y.shape);
      l.kernel({
        name: 'Split',
        source: kernelSource(['x'], `${prologue} return x[${origin} + ${dot(at, strides)}];`),
        inputs: [x!],
        output: y,
        grid,
        fast: {
          name: 'cut',
          params: {
            outer: sizeOf(x!.shape.slice(0, axis)),
            origin,
            width: sizeOf(y.shape.slice(axis)),
            step: sizeOf(x!.shape.slice(axis)),
          },
        },
      });
    }
  },
};
