import { matmulOp } from './_matmul';

/** Attributes `transA`, `transB` (0) and `alpha` (1): the last two axes transposed, the product scaled. */
export const op = matmulOp({
  name: 'FusedMatMul',
  internal: true,
  summary: 'Matrix product of transposed operands, scaled',
});
