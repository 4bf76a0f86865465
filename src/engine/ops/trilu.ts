import type { OpDefinition } from '../op';
import { elements, flag, input, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';

/** Attributes `upper` (1) and `k`, the diagonal that the triangle starts at. */
export const op: OpDefinition = {
  name: 'Trilu',
  summary: 'Upper or lower triangle',
  torch: ['torch.tril', 'torch.triu'],
  infer: inputs => [input(inputs, 0, 'Trilu')],
  flops: (_, outputs) => elements(outputs[0]),
  gradient: g => g.emit('Trilu', [g.outputGradients[0]!], g.attributes),
  lower(l) {
    const [x] = l.inputs;
    const upper = flag(l.attributes, 'upper', true);
    const k = number(l.attributes, 'k', 0);
    const { grid, prologue, at } = launch(x!.shape);
    const [row, column] = [at.at(-2)!, at.at(-1)!];
    const inside = upper ? `${column} - ${row} >= ${k}` : `${column} - ${row} <= ${k}`;
    l.kernel({
      name: 'Trilu',
      source: kernelSource(
        ['x'],
        `${prologue} let value = x[${dot(at, stridesOf(x!.shape))}]; if (!(${inside})) { value = 0; } return value;`,
      ),
      inputs: [x!],
      output: l.outputs[0]!,
      grid,
    });
  },
};
