import type { OpDefinition } from '../op';
import { expandRecurrent, recurrentFlops, recurrentTypes } from './_recurrent';

/** Inputs and outputs as _recurrent.ts says; attributes `hidden_size`, `direction` and `rounded`. Gates are in ONNX's order. */
export const op: OpDefinition = {
  name: 'LSTM',
  summary: 'Long short-term memory over a sequence',
  torch: ['nn.LSTM'],
  infer: (inputs, attributes) => recurrentTypes('LSTM', inputs, attributes, 2),
  flops: recurrentFlops,
  expand: e => expandRecurrent(e, 'LSTM'),
};
