import { keepAxes, reduce } from './_reduce';

/** PyTorch sums booleans and small integers to int64. */
export const op = reduce({
  name: 'ReduceSum',
  summary: 'Sum over axes',
  formula: 'y = Σ x',
  torch: ['torch.sum', 'Tensor.sum'],
  reduction: { start: 0, step: 's += v;', kind: 'sum' },
  gradient(g) {
    const dy = keepAxes(g, g.outputGradients[0]!);
    return [g.emit('Expand', [dy], { shape: g.type(g.inputs[0]!).shape })[0]!];
  },
});
