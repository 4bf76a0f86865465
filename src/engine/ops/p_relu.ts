import { binary } from './_elementwise';

/** The slope broadcasts to the input; PyTorch's, one per channel, comes reshaped to [C, 1, …]. */
export const op = binary({
  name: 'PRelu',
  summary: 'Rectifier with a learned slope below zero',
  formula: 'y = x if x ≥ 0, else a x',
  torch: ['nn.PReLU', 'F.prelu'],
  expression: 'a < 0 ? a * b : a',
  derivatives: ['a > 0 ? g : g * b', 'a > 0 ? 0 : g * a'],
});
