import type { OpDefinition } from '../op';
import { binary } from './_elementwise';
import { isFloat } from './_infer';
import { mapKernel } from './_map';

const quotient = binary({
  name: 'Div',
  summary: 'Quotient, with broadcasting',
  formula: 'y = a / b',
  torch: ['/', 'torch.div'],
  expression: 'a / b',
  derivatives: ['g / b', '-g * y / b'],
});

/** Whole numbers are divided as in ONNX: the quotient is truncated. */
export const op: OpDefinition = {
  ...quotient,
  lower(l) {
    const [a, b] = l.inputs;
    const whole = l.types !== undefined && !l.types.some(t => t === undefined || isFloat(t.dtype));
    l.kernel(mapKernel('Div', [a!, b!], l.outputs[0]!, whole ? 'Math.trunc(a / b)' : 'a / b'));
  },
};
