import type { OpDefinition } from '../op';
import { flag, input } from './_infer';

/** Attribute `detach`: nothing flows back through it (Tensor.detach). */
export const op: OpDefinition = {
  name: 'Identity',
  summary: 'The input itself',
  formula: 'y = x',
  torch: ['nn.Identity', 'Tensor.clone', 'Tensor.detach'],
  infer: inputs => [input(inputs, 0, 'Identity')],
  gradient: g => [flag(g.attributes, 'detach') ? null : g.outputGradients[0]!],
  lower: l => l.alias(0, 0),
};
