import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, input, number } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';

/**
 * Adds what was gathered back to where it came from. Inputs dy and indices; attributes `shape` (of the data) and
 * `axis`. Indices that occur several times add up, in their order.
 */
export const op: OpDefinition = {
  name: 'GatherGrad',
  internal: true,
  summary: 'Adds gathered entries back to their places',
  infer: (inputs, attributes) => [
    { dtype: input(inputs, 0, 'GatherGrad').dtype, shape: attributes['shape'] as readonly Dim[] },
  ],
  flops: inputs => elements(inputs[0]),
  gradient(g) {
    if (!g.wants(0)) return [null, null];
    return [
      g.emit('Gather', [g.outputGradients[0]!, g.inputs[1]!], { axis: number(g.attributes, 'axis', 0) })[0]!,
      null,
    ];
  },
  lower(l) {
    const [dy, indices] = l.inputs;
    const [dx] = l.outputs;
    const axis = number(l.attributes, 'axis', 0);
    const outer = sizeOf(dx!.shape.slice(0, axis));
    const count = sizeOf(indices!.shape);
    const inner = sizeOf(dx!.shape.slice(axis + 1));
    const size = dx!.shape[axis]!;
    const { grid, prologue, at } = launch([outer, size, inner]);
    const from = dot([at[0]!, 't', at[2]!], stridesOf([outer, count, inner]));
    l.kernel({
      name: 'GatherGrad',
      source: kernelSource(
        ['dy', 'i'],
        `${prologue} let s = 0; for (int t = 0; t < ${count}; t++) {
          let k = i[t]; if (k < 0) { k = k + ${size}; } if (k === ${at[1]}) { s += dy[${from}]; }
        } return s;`,
      ),
      inputs: [dy!, indices!],
      output: dx!,
      grid,
      ...(outer === 1 && {
        fast: { name: 'scatterAddRows', params: { rows: size, count, width: inner } },
      }),
    });
  },
};
