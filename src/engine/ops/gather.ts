import type { OpDefinition } from '../op';
import { placesOf, safeIndex } from './_gather';
import { axisOf, input, number } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';

/**
 * Inputs data and indices; attributes `axis` (0), `nonnegative` (indices do not count from the end), and `padding_idx`,
 * an entry that gets no gradient.
 */
export const op: OpDefinition = {
  name: 'Gather',
  summary: 'Picks entries along an axis by their index',
  torch: ['nn.Embedding', 'F.embedding', 'torch.index_select', 'x[indices]'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Gather');
    const i = input(inputs, 1, 'Gather');
    const axis = axisOf(number(attributes, 'axis', 0), x.shape.length);
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, axis), ...i.shape, ...x.shape.slice(axis + 1)] }];
  },
  flops: () => 0,
  gradient(g) {
    if (!g.wants(0)) return [null, null];
    const { shape } = g.type(g.inputs[0]!);
    const axis = axisOf(number(g.attributes, 'axis', 0), shape.length);
    const indices = g.inputs[1]!;
    let dy = g.outputGradients[0]!;
    const padding = g.attributes['padding_idx'];
    if (typeof padding === 'number') {
      const rest = shape.length - axis - 1;
      const rank = g.type(indices).shape.length;
      const axes = Array.from({ length: rest }, (_, i) => rank + i);
      const [wide] = rest > 0 ? g.emit('Unsqueeze', [indices], { axes }) : [indices];
      [dy] = g.emit('Map', [dy, wide!], { expression: `(b === ${padding} ? 0 : a)` }) as [string];
    }
    return [g.emit('GatherGrad', [dy, indices], { shape, axis })[0]!, null];
  },
  lower(l) {
    const [x, indices] = l.inputs;
    const [y] = l.outputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
    const outer = sizeOf(x!.shape.slice(0, axis));
    const count = sizeOf(indices!.shape);
    const inner = sizeOf(x!.shape.slice(axis + 1));
    const { grid, prologue, at } = launch([outer, count, inner]);
    const size = x!.shape[axis]!;
    const strides = stridesOf([outer, size, inner]);
    l.guard(1, placesOf(size, axis, l.attributes, true));
    l.kernel({
      name: 'Gather',
      source: kernelSource(
        ['x', 'i'],
        `${prologue} ${safeIndex(`i[${at[1]}]`, size)} return x[${dot([at[0]!, 'k', at[2]!], strides)}];`,
      ),
      inputs: [x!, indices!],
      output: y!,
      grid,
      ...(outer === 1 && { fast: { name: 'gatherRows', params: { rows: size, count, width: inner } } }),
    });
  },
};
