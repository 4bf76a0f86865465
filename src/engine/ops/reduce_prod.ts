import { keepAxes, reduce } from './_reduce';

/** The gradient divides the product by each value, so it is not defined where a value is zero. */
export const op = reduce({
  name: 'ReduceProd',
  summary: 'Product over axes',
  formula: 'y = Π x',
  torch: ['torch.prod', 'Tensor.prod'],
  reduction: { start: 1, step: 's *= v;' },
  gradient(g) {
    const y = keepAxes(g, g.outputs[0]!);
    const dy = keepAxes(g, g.outputGradients[0]!);
    return g.emit('Map', [g.inputs[0]!, y, dy], { expression: 'c * b / a' });
  },
});
