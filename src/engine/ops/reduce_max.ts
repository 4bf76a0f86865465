import { extremeGradient, extremeOfNothing } from './_extreme';
import { reduce } from './_reduce';

export const op = reduce({
  name: 'ReduceMax',
  summary: 'Maximum over axes',
  torch: ['torch.amax', 'Tensor.max'],
  reduction: { start: 'first', step: 'if (v > s || v !== v) { s = v; }' },
  refuses: extremeOfNothing('max'),
  gradient: extremeGradient,
});
