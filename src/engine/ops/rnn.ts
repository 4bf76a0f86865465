import type { OpDefinition } from '../op';
import { expandRecurrent, recurrentFlops, recurrentTypes } from './_recurrent';

/** Inputs and outputs as _recurrent.ts says; attributes `hidden_size` and `direction`, `activations`. Gates are in ONNX's order. */
export const op: OpDefinition = {
  name: 'RNN',
  summary: 'Recurrent layer over a sequence',
  torch: ['nn.RNN'],
  infer: (inputs, attributes) => recurrentTypes('RNN', inputs, attributes, 1),
  flops: recurrentFlops,
  expand: e => expandRecurrent(e, 'RNN'),
};
