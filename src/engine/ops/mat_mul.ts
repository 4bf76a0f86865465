import { matmulOp } from './_matmul';

/** Batched, with broadcasting of the batch axes; vectors as in NumPy. */
export const op = matmulOp({
  name: 'MatMul',
  summary: 'Matrix product',
  formula: 'y = a b',
  torch: ['@', 'torch.matmul', 'torch.bmm', 'nn.Linear'],
});
