import type { OpDefinition } from '../op';
import { input, number } from './_infer';
import { kernelSource, launch } from './_launch';

/** Attribute `k`: which diagonal holds the ones. */
export const op: OpDefinition = {
  name: 'EyeLike',
  summary: 'Ones on a diagonal',
  torch: ['torch.eye'],
  infer: inputs => [input(inputs, 0, 'EyeLike')],
  flops: () => 0,
  gradient: () => [null],
  lower(l) {
    const { grid, at } = launch(l.outputs[0]!.shape);
    l.kernel({
      name: 'EyeLike',
      source: kernelSource([], `return ${at[1]} - ${at[0]} === ${number(l.attributes, 'k', 0)} ? 1 : 0;`),
      inputs: [],
      output: l.outputs[0]!,
      grid,
    });
  },
};
