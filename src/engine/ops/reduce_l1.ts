import { keepAxes, reduce } from './_reduce';

export const op = reduce({
  name: 'ReduceL1',
  summary: 'Sum of absolute values over axes',
  formula: 'y = Σ |x|',
  torch: ['torch.norm(p=1)'],
  reduction: { start: 0, step: 's += Math.abs(v);' },
  gradient(g) {
    const dy = keepAxes(g, g.outputGradients[0]!);
    return g.emit('Map', [g.inputs[0]!, dy], { expression: 'a > 0 ? b : (a < 0 ? -b : 0)' });
  },
});
