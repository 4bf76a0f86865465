import type { OpDefinition } from '../op';
import { binary, cellwise, sumTo } from './_elementwise';
import { mapKernel } from './_map';

const power = binary({
  name: 'Pow',
  summary: 'Power, with broadcasting',
  formula: 'y = aᵇ',
  torch: ['**', 'torch.pow'],
  expression: 'Math.pow(a, b)',
  derivatives: [null, null],
});

/** Negative bases are raised to whole exponents only, as in C's pow. */
export const op: OpDefinition = {
  ...power,
  gradient(g) {
    const [a, b] = [g.inputs[0]!, g.inputs[1]!];
    const values = { g: g.outputGradients[0]!, a, b, y: g.outputs[0]! };
    return [
      g.wants(0) ? sumTo(g, cellwise(g, values, 'b === 0 ? 0 : g * b * Math.pow(a, b - 1)'), a) : null,
      // Zero where the base is zero, as in PyTorch.
      g.wants(1) ? sumTo(g, cellwise(g, values, 'a === 0 ? 0 : g * y * Math.log(a)'), b) : null,
    ];
  },
  lower(l) {
    l.kernel(mapKernel('Pow', [l.inputs[0]!, l.inputs[1]!], l.outputs[0]!, 'Math.pow(a, b)'));
  },
};
