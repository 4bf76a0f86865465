import type { OpDefinition } from '../op';
import { centred } from './_quantized';
import { op as product } from './mat_mul';

/** Inputs a, b and, optionally, their zero points: one, or one for each row of a and each column of b. */
export const op: OpDefinition = {
  name: 'MatMulInteger',
  summary: 'Product of matrices of whole numbers',
  formula: 'y = (a - zero point of a) (b - zero point of b)',
  infer: (inputs, attributes) => [
    { dtype: 'int32', shape: product.infer(inputs.slice(0, 2), attributes)[0]!.shape },
  ],
  flops: (inputs, outputs, attributes) => product.flops!(inputs.slice(0, 2), outputs, attributes),
  expand(e) {
    const [a, b, zeroA, zeroB] = e.inputs;
    const operands = [centred(e, a!, zeroA, -2), centred(e, b!, zeroB, -1)];
    return e.emit('Cast', e.emit('MatMul', operands), { to: 'int32', exact: 1 });
  },
};
