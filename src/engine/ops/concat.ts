import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { addDims, axisOf, differ, number, promote } from './_infer';
import { argumentName, dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';

/** Attribute `axis`. */
export const op: OpDefinition = {
  name: 'Concat',
  summary: 'Joins tensors along an axis',
  torch: ['torch.cat', 'torch.stack'],
  infer(inputs, attributes) {
    const given = inputs.filter(t => t !== undefined);
    const first = given[0];
    if (!first) throw new ShapeError('torch.cat(): expected a non-empty list of Tensors');
    const axis = axisOf(number(attributes, 'axis', 0), first.shape.length);
    let size: Dim = 0;
    given.forEach((t, i) => {
      if (t.shape.length !== first.shape.length)
        throw new ShapeError(
          `Tensors must have same number of dimensions: got ${first.shape.length} and ${t.shape.length}`,
        );
      t.shape.forEach((d, j) => {
        if (j !== axis && differ(d, first.shape[j]!))
          throw new ShapeError(
            `Sizes of tensors must match except in dimension ${axis}. Expected size ${first.shape[j]} but got size ${d} for tensor number ${i} in the list.`,
          );
      });
      size = addDims(size, t.shape[axis]!);
    });
    return [
      {
        dtype: given.map(t => t.dtype).reduce(promote),
        shape: first.shape.map((d, i) => (i === axis ? size : d)),
      },
    ];
  },
  gradient(g) {
    const axis = axisOf(number(g.attributes, 'axis', 0), g.type(g.outputs[0]!).shape.length);
    let start = 0;
    return g.inputs.map((x, i) => {
      const end = start + Number(g.type(x).shape[axis]);
      const cut = { starts: [start], ends: [end], axes: [axis], steps: [1] };
      start = end;
      return g.wants(i) ? g.emit('Slice', [g.outputGradients[0]!], cut)[0]! : null;
    });
  },
  lower(l) {
    const [y] = l.outputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), y!.shape.length);
    const parts = l.inputs.filter(x => x !== undefined).filter(x => x.shape[axis] !== 0);
    const { grid, prologue, at } = launch(y!.shape);
    const rowOf = (shape: readonly number[]) => sizeOf(shape.slice(axis));
    const outer = sizeOf(y!.shape.slice(0, axis));
    const widths = Object.fromEntries(parts.map((x, i) => [`w${i}`, rowOf(x.shape)]));
    let body = `${prologue} let value = 0; int k = 0;`;
    let start = 0;
    parts.forEach((x, i) => {
      const size = x.shape[axis]!;
      const strides = stridesOf(x.shape);
      const indices = at.map((a, j) => (j === axis ? 'k' : a));
      // The index stays inside this part's memory where the cell belongs to another.
      body += ` k = Math.min(Math.max(${at[axis]} - ${start}, 0), ${size - 1});`;
      body += ` if (${at[axis]} >= ${start}) { value = ${argumentName(i)}x[${dot(indices, strides)}]; }`;
      start += size;
    });
    l.kernel({
      name: 'Concat',
      source: kernelSource(
        parts.map((_, i) => `${argumentName(i)}x`),
        `${body} return value;`,
      ),
      inputs: parts,
      output: y!,
      grid,
      fast: { name: 'join', params: { outer, width: rowOf(y!.shape), ...widths } },
    });
  },
};
