import type { OpDefinition } from '../op';
import { input } from './_infer';

/** Inputs: a buffer of the model, and its next value, which it takes at the end of a training step; the output is that value. */
export const op: OpDefinition = {
  name: 'Remember',
  summary: 'Keeps a value in a buffer for the next training step',
  formula: 'y = b; a ← b',
  infer: inputs => [input(inputs, 1, 'Remember')],
  expand(e) {
    const [buffer, value] = e.inputs;
    if (e.training) e.update(buffer!, value!);
    return e.emit('Identity', [value!]);
  },
};
