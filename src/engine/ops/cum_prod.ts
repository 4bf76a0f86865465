import type { OpDefinition } from '../op';
import { axisOf, elements, input, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';

/** Attribute `axis`. Not among ONNX's operators. */
export const op: OpDefinition = {
  name: 'CumProd',
  summary: 'Running product along an axis',
  formula: 'yᵢ = Π_{j ≤ i} xⱼ',
  torch: ['torch.cumprod'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'CumProd');
    axisOf(number(attributes, 'axis', 0), x.shape.length);
    return [x];
  },
  flops: (_, outputs) => elements(outputs[0]),
  gradient: g => [g.emit('CumProdGrad', [g.outputGradients[0]!, g.inputs[0]!], g.attributes)[0]!],
  lower(l) {
    const [x] = l.inputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
    const { grid, prologue, at } = launch(x!.shape);
    const cell = dot(
      at.map((a, i) => (i === axis ? 't' : a)),
      stridesOf(x!.shape),
    );
    l.kernel({
      name: 'CumProd',
      source: kernelSource(
        ['x'],
        `${prologue} let p = 1; int high = ${at[axis] ?? '0'} + 1;
        for (int t = 0; t < high; t++) { p = p * x[${cell}]; } return p;`,
      ),
      inputs: [x!],
      output: l.outputs[0]!,
      grid,
    });
  },
};

/** What it multiplies is left out of the product, not divided out: zeros have gradients, too. */
export function productGradient(size: number, own: string, cell: string): string {
  return `let p = 1; int own = ${own}; for (int t = 0; t < own; t++) { p = p * x[${cell}]; }
    let s = 0; for (int t = own; t < ${size}; t++) { if (t > own) { p = p * x[${cell}]; } s += p * dy[${cell}]; } return s;`;
}
