import type { OpDefinition } from '../op';
import { checkReach, placesOf, safeIndex } from './_gather';
import { axisOf, input, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';

/** Inputs data and indices of the output's shape; attribute `axis` (0). */
export const op: OpDefinition = {
  name: 'GatherElements',
  summary: 'Picks single values along an axis by their index',
  torch: ['torch.gather', 'Tensor.gather'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'GatherElements');
    const axis = axisOf(number(attributes, 'axis', 0), x.shape.length);
    const { shape } = input(inputs, 1, 'GatherElements');
    checkReach(shape, x.shape, axis);
    return [{ dtype: x.dtype, shape }];
  },
  flops: () => 0,
  gradient(g) {
    if (!g.wants(0)) return [null, null];
    const { shape } = g.type(g.inputs[0]!);
    const zeros = g.emit('ConstantOfShape', [], { shape, value: 0 })[0]!;
    const axis = axisOf(number(g.attributes, 'axis', 0), shape.length);
    return [
      g.emit('ScatterElements', [zeros, g.inputs[1]!, g.outputGradients[0]!], { axis, reduction: 'add' })[0]!,
      null,
    ];
  },
  lower(l) {
    const [x, indices] = l.inputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
    l.guard(1, placesOf(x!.shape[axis]!, axis, l.attributes, false));
    const { grid, prologue, at } = launch(indices!.shape);
    const from = at.map((a, i) => (i === axis ? 'k' : a));
    l.kernel({
      name: 'GatherElements',
      source: kernelSource(
        ['x', 'i'],
        `${prologue} ${safeIndex(`i[${dot(at, stridesOf(indices!.shape))}]`, x!.shape[axis]!)}
        return x[${dot(from, stridesOf(x!.shape))}];`,
      ),
      inputs: [x!, indices!],
      output: l.outputs[0]!,
      grid,
    });
  },
};
