import type { OpDefinition } from '../op';
import { expandRecurrent, recurrentFlops, recurrentTypes } from './_recurrent';

/** Inputs and outputs as _recurrent.ts says; attributes `hidden_size` and `direction`, `linear_before_reset`. Gates are in ONNX's order. */
export const op: OpDefinition = {
  name: 'GRU',
  summary: 'Gated recurrent unit over a sequence',
  torch: ['nn.GRU'],
  infer: (inputs, attributes) => recurrentTypes('GRU', inputs, attributes, 1),
  flops: recurrentFlops,
  expand: e => expandRecurrent(e, 'GRU'),
};
