import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { placesOfRows } from './_gather';
import { input } from './_infer';
import { argumentName, sizeOf } from './_launch';

/**
 * Inputs data, indices [..., k] and updates: each row of k numbers picks along the first k dimensions of the data where an
 * update is written. Attribute `reduction` as that of ScatterElements.
 */
export const op: OpDefinition = {
  name: 'ScatterND',
  summary: 'Writes elements or slices by rows of indices',
  torch: ['x[i, j] = y'],
  infer(inputs) {
    const x = input(inputs, 0, 'ScatterND');
    const at = input(inputs, 1, 'ScatterND').shape;
    const { shape } = input(inputs, 2, 'ScatterND');
    const k = at[at.length - 1];
    if (typeof k !== 'number' || k > x.shape.length)
      throw new ShapeError(`too many indices for tensor of dimension ${x.shape.length}`);
    const wanted = [...at.slice(0, -1), ...x.shape.slice(k)];
    const fits = wanted.every(
      (d, i) => d === shape[i] || typeof d !== 'number' || typeof shape[i] !== 'number',
    );
    if (wanted.length !== shape.length || !fits)
      throw new ShapeError(
        `shape mismatch: value tensor of shape [${shape.join(', ')}] cannot be broadcast to indexing result of shape [${wanted.join(', ')}]`,
      );
    return [x];
  },
  flops: () => 0,
  // One index into all numbers in a row: ScatterElements knows the rest, its gradient among it.
  expand(e) {
    const [x, indices, updates] = e.inputs;
    const shape = e.type(x!).shape.map(Number);
    const at = e.type(indices!).shape.map(Number);
    const k = at.at(-1)!;
    const count = sizeOf(at.slice(0, -1));
    const size = sizeOf(shape.slice(k));
    if (count * size === 0) return [x!];
    const rows = e.emit('Reshape', [indices!], { shape: [count, k] })[0]!;
    const parts =
      k === 1 ? [rows] : e.emit('Split', [rows], { axis: 1, split: new Array<number>(k).fill(1) });
    const { inputs, terms } = placesOfRows(e, parts, shape);
    if (size > 1) {
      inputs.push(e.emit('Range', [], { start: 0, limit: size, delta: 1 })[0]!);
      terms.push(argumentName(k));
    }
    const flat = e.emit('Map', inputs, { expression: terms.join(' + ') })[0]!;
    const cells = e.emit('Reshape', [flat], { shape: [count * size] })[0]!;
    const written = e.emit(
      'ScatterElements',
      [
        e.emit('Reshape', [x!], { shape: [sizeOf(shape)] })[0]!,
        cells,
        e.emit('Reshape', [updates!], { shape: [count * size] })[0]!,
      ],
      { axis: 0, ...e.attributes },
    )[0]!;
    return e.emit('Reshape', [written], { shape });
  },
};
