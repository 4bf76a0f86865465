import { binary } from './_elementwise';

/** Of two inputs; equal values share the gradient, as in PyTorch. */
export const op = binary({
  name: 'Max',
  summary: 'The larger of two values, with broadcasting',
  formula: 'y = max(a, b)',
  torch: ['torch.maximum'],
  expression: 'Math.max(a, b)',
  derivatives: ['a === b ? 0.5 * g : (a > b ? g : 0)', 'a === b ? 0.5 * g : (b > a ? g : 0)'],
});
