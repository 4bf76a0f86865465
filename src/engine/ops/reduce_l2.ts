import { floatResult, keepAxes, reduce } from './_reduce';

export const op = reduce({
  name: 'ReduceL2',
  summary: 'Euclidean norm over axes',
  formula: 'y = √(Σ x²)',
  torch: ['torch.norm', 'torch.linalg.vector_norm'],
  dtype: floatResult,
  reduction: { start: 0, step: 's += v * v;', end: 'Math.sqrt(s)' },
  gradient(g) {
    const y = keepAxes(g, g.outputs[0]!);
    const dy = keepAxes(g, g.outputGradients[0]!);
    // Zero at zero, as in PyTorch.
    return g.emit('Map', [g.inputs[0]!, y, dy], { expression: 'b > 0 ? c * a / b : 0' });
  },
});
