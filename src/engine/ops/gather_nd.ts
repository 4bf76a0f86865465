import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { input } from './_infer';

/** Inputs data and indices [..., k]: each row of k numbers picks along the first k dimensions of the data. */
export const op: OpDefinition = {
  name: 'GatherND',
  summary: 'Picks elements or slices by rows of indices',
  torch: ['x[i, j]'],
  infer(inputs) {
    const x = input(inputs, 0, 'GatherND');
    const at = input(inputs, 1, 'GatherND').shape;
    const k = at[at.length - 1];
    if (typeof k !== 'number' || k > x.shape.length)
      throw new ShapeError(`too many indices for tensor of dimension ${x.shape.length}`);
    return [{ dtype: x.dtype, shape: [...at.slice(0, -1), ...x.shape.slice(k)] }];
  },
  flops: () => 0,
};
