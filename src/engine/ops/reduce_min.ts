import { extremeGradient, extremeOfNothing } from './_extreme';
import { reduce } from './_reduce';

export const op = reduce({
  name: 'ReduceMin',
  summary: 'Minimum over axes',
  torch: ['torch.amin', 'Tensor.min'],
  reduction: { start: 'first', empty: '1 / 0', step: 'if (v < s || v !== v) { s = v; }' },
  refuses: extremeOfNothing('min'),
  gradient: extremeGradient,
});
