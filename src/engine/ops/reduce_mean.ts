import { floatResult, keepAxes, reduce, reducedCount } from './_reduce';

export const op = reduce({
  name: 'ReduceMean',
  summary: 'Mean over axes',
  formula: 'y = Σ x / n',
  torch: ['torch.mean', 'Tensor.mean'],
  dtype: floatResult,
  reduction: { start: 0, step: 's += v;', end: n => `s / ${n}`, kind: 'mean' },
  gradient(g) {
    const dy = keepAxes(g, g.outputGradients[0]!);
    const share = g.emit('Map', [dy], { expression: `a / ${reducedCount(g)}` })[0]!;
    return [g.emit('Expand', [share], { shape: g.type(g.inputs[0]!).shape })[0]!];
  },
});
