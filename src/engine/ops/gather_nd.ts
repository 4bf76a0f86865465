import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { placesOfRows } from './_gather';
import { input } from './_infer';
import { sizeOf } from './_launch';

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
  // One index into the joined dimensions: Gather knows the rest, its gradient among it.
  expand(e) {
    const [x, indices] = e.inputs;
    const shape = e.type(x!).shape.map(Number);
    const at = e.type(indices!).shape.map(Number);
    const k = at.at(-1)!;
    const joined = shape.slice(0, k);
    const parts =
      k === 1
        ? [indices!]
        : e.emit('Split', [indices!], { axis: at.length - 1, split: new Array<number>(k).fill(1) });
    const { inputs, terms } = placesOfRows(e, parts, joined);
    const flat = e.emit('Map', inputs, { expression: terms.join(' + ') })[0]!;
    const picks = e.emit('Reshape', [flat], { shape: at.slice(0, -1) })[0]!;
    const rows = e.emit('Reshape', [x!], { shape: [sizeOf(joined), ...shape.slice(k)] })[0]!;
    return e.emit('Gather', [rows, picks], { axis: 0 });
  },
};
