import { binary } from './_elementwise';

/** Of two inputs; equal values share the gradient, as in PyTorch. */
export const op = binary({
  name: 'Min',
  summary: 'The smaller of two values, with broadcasting',
  formula: 'y = min(a, b)',
  torch: ['torch.minimum'],
  expression: 'Math.min(a, b)',
  derivatives: ['a === b ? 0.5 * g : (a < b ? g : 0)', 'a === b ? 0.5 * g : (b < a ? g : 0)'],
});
