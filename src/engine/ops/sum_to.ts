import type { OpDefinition } from '../op';
import { elements, input } from './_infer';
import { reduceKernel } from './_reduce';

/** Sums over the axes along which a tensor of the attribute `shape` was broadcast: the gradient of broadcasting. */
export const op: OpDefinition = {
  name: 'SumTo',
  internal: true,
  summary: 'Sums a tensor to a shape that broadcasts to its own',
  infer(inputs, attributes) {
    return [{ dtype: input(inputs, 0, 'SumTo').dtype, shape: attributes['shape'] as readonly number[] }];
  },
  flops: inputs => elements(inputs[0]),
  lower(l) {
    const [x] = l.inputs;
    const [y] = l.outputs;
    const lead = x!.shape.length - y!.shape.length;
    const axes = x!.shape.flatMap((d, i) => (i < lead || (y!.shape[i - lead] === 1 && d !== 1) ? [i] : []));
    l.kernel(reduceKernel('SumTo', x!, axes, y!, { start: 0, step: 's += v;', kind: 'sum' }));
  },
};
