import type { OpDefinition } from '../op';
import { elements, input, mulDims, number } from './_infer';

/** Attributes `size` (channels in the window), `alpha`, `beta`, `bias`. */
export const op: OpDefinition = {
  name: 'LRN',
  summary: 'Local response normalisation over channels',
  formula: 'y = x / (bias + alpha/size · Σ x²)^beta',
  torch: ['nn.LocalResponseNorm', 'F.local_response_norm'],
  infer: inputs => [input(inputs, 0, 'LRN')],
  flops: (inputs, _, attributes) => mulDims(2 * number(attributes, 'size', 1) + 3, elements(inputs[0])),
};
