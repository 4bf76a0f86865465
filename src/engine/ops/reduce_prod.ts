import { keepAxes, reduce } from './_reduce';

export const op = reduce({
  name: 'ReduceProd',
  summary: 'Product over axes',
  formula: 'y = Π x',
  torch: ['torch.prod', 'Tensor.prod'],
  reduction: { start: 1, step: 's *= v;' },
  /** The product of the others. Where one is zero, only that one's gradient is not; where several are, none. */
  gradient(g) {
    const [x] = g.inputs as [string];
    const kept = { ...g.attributes, keepdims: 1 };
    const map = (expression: string) => g.emit('Map', [x], { expression })[0]!;
    const product = g.emit('ReduceProd', [map('a == 0 ? 1 : a')], kept)[0]!;
    const zeros = g.emit('ReduceSum', [map('a == 0 ? 1 : 0')], kept)[0]!;
    const dy = keepAxes(g, g.outputGradients[0]!);
    return g.emit('Map', [x, product, zeros, dy], {
      expression: 'c == 0 ? d * b / a : (c == 1 && a == 0 ? d * b : 0)',
    });
  },
});
