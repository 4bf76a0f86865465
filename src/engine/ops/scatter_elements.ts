import type { OpDefinition } from '../op';
import { checkReach, placesOf } from './_gather';
import { axisOf, elements, input, number, text } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';

/**
 * Inputs data, indices and updates (no smaller than the indices, whose places alone are read); attributes `axis` (0) and `reduction`
 * ("none": the last one wins, or "add").
 */
export const op: OpDefinition = {
  name: 'ScatterElements',
  summary: 'Writes single values along an axis by their index',
  torch: ['Tensor.scatter', 'Tensor.scatter_add'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'ScatterElements');
    const axis = axisOf(number(attributes, 'axis', 0), x.shape.length);
    const index = input(inputs, 1, 'ScatterElements');
    checkReach(index.shape, x.shape, axis, input(inputs, 2, 'ScatterElements').shape);
    return [x];
  },
  flops: inputs => elements(inputs[1]),
  expand(e) {
    const [x, indices, updates] = e.inputs;
    const wanted = e.type(indices!).shape.map(Number);
    const given = e.type(updates!).shape.map(Number);
    if (wanted.includes(0)) return [x!];
    if (given.every((d, i) => d === wanted[i])) return null;
    const axes = wanted.map((_, i) => i);
    const [read] = e.emit('Slice', [updates!], { starts: axes.map(() => 0), ends: wanted, axes });
    return e.emit('ScatterElements', [x!, indices!, read!], e.attributes);
  },
  gradient(g) {
    const [, indices] = g.inputs;
    const dy = g.outputGradients[0]!;
    const axis = axisOf(number(g.attributes, 'axis', 0), g.type(dy).shape.length);
    const updates = g.wants(2) ? g.emit('GatherElements', [dy, indices!], { axis })[0]! : null;
    if (!g.wants(0)) return [null, null, updates];
    if (text(g.attributes, 'reduction', 'none') === 'add') return [dy, null, updates];
    const zeros = g.emit('ConstantOfShape', [], { shape: g.type(indices!).shape, value: 0 })[0]!;
    return [g.emit('ScatterElements', [dy, indices!, zeros], { axis })[0]!, null, updates];
  },
  lower(l) {
    const [x, indices, updates] = l.inputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
    const { grid, prologue, at } = launch(x!.shape);
    const size = x!.shape[axis]!;
    l.guard(1, placesOf(size, axis, l.attributes, false));
    const strides = stridesOf(indices!.shape);
    // Cells beyond the indices' sizes keep their value; their reads stay inside the memory.
    const limited = at.map((a, i) =>
      indices!.shape[i] === x!.shape[i] ? a : `Math.min(${a}, ${indices!.shape[i]! - 1})`,
    );
    const inside = at.flatMap((a, i) =>
      i === axis || indices!.shape[i] === x!.shape[i] ? [] : [`${a} < ${indices!.shape[i]}`],
    );
    const place = dot(
      limited.map((a, i) => (i === axis ? 't' : a)),
      strides,
    );
    const add = text(l.attributes, 'reduction', 'none') === 'add';
    const condition = ['(k === own || k + size === own)', ...inside].join(' && ');
    l.kernel({
      name: 'ScatterElements',
      source: kernelSource(
        ['x', 'i', 'u'],
        `${prologue} let s = x[${dot(at, stridesOf(x!.shape))}]; const own = ${at[axis]} + 0.0; const size = ${size} + 0.0;
        for (int t = 0; t < ${indices!.shape[axis]}; t++) {
          const k = i[${place}]; if (${condition}) { s = ${add ? 's + ' : ''}u[${place}]; }
        } return s;`,
      ),
      inputs: [x!, indices!, updates!],
      output: l.outputs[0]!,
      grid,
      ...(axis === x!.shape.length - 1 &&
        inside.length === 0 && {
          fast: {
            name: 'scatterRows',
            params: { rows: sizeOf(x!.shape) / size, size, count: indices!.shape[axis]!, add: Number(add) },
          },
        }),
    });
  },
};
