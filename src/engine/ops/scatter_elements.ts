import type { GradientContext, OpDefinition } from '../op';
import { checkReach, placesOf } from './_gather';
import { axisOf, elements, input, number, text } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';

/**
 * Inputs data, indices and updates (no smaller than the indices, whose places alone are read); attributes `axis` (0) and `reduction`
 * ("none": the last one wins; "add", "mul", "max" and "min" join it with what stands there).
 */
export const op: OpDefinition = {
  name: 'ScatterElements',
  summary: 'Writes single values along an axis by their index',
  torch: ['Tensor.scatter', 'Tensor.scatter_add', 'Tensor.scatter_reduce'],
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
    const reduction = text(g.attributes, 'reduction', 'none');
    if (reduction === 'max' || reduction === 'min') return extreme(g);
    if (reduction === 'mul') return product(g);
    const axis = axisOf(number(g.attributes, 'axis', 0), g.type(dy).shape.length);
    const updates = g.wants(2) ? g.emit('GatherElements', [dy, indices!], { axis })[0]! : null;
    if (!g.wants(0)) return [null, null, updates];
    if (reduction === 'add') return [dy, null, updates];
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
    const reduction = text(l.attributes, 'reduction', 'none');
    const joined = joins[reduction]!(`u[${place}]`);
    const condition = ['(k === own || k + size === own)', ...inside].join(' && ');
    l.kernel({
      name: 'ScatterElements',
      source: kernelSource(
        ['x', 'i', 'u'],
        `${prologue} let s = x[${dot(at, stridesOf(x!.shape))}]; const own = ${at[axis]} + 0.0; const size = ${size} + 0.0;
        for (int t = 0; t < ${indices!.shape[axis]}; t++) {
          const k = i[${place}]; if (${condition}) { s = ${joined}; }
        } return s;`,
      ),
      inputs: [x!, indices!, updates!],
      output: l.outputs[0]!,
      grid,
      ...(axis === x!.shape.length - 1 &&
        inside.length === 0 &&
        (reduction === 'none' || reduction === 'add') && {
          fast: {
            name: 'scatterRows',
            params: {
              rows: sizeOf(x!.shape) / size,
              size,
              count: indices!.shape[axis]!,
              add: Number(reduction === 'add'),
            },
          },
        }),
    });
  },
};

/** What becomes of a cell `s` by an update. What is no number stays so. */
const joins: Readonly<Record<string, (update: string) => string>> = {
  none: u => u,
  add: u => `s + ${u}`,
  mul: u => `s * ${u}`,
  max: u => `(${u} > s || ${u} !== ${u} ? ${u} : s)`,
  min: u => `(${u} < s || ${u} !== ${u} ? ${u} : s)`,
};

/** Shared evenly among what is equal to the extreme, as in PyTorch. */
function extreme(g: GradientContext): (string | null)[] {
  const [x, indices, updates] = g.inputs as [string, string, string];
  const { reduction: _, ...rest } = g.attributes;
  const equal = (a: string, b: string) => g.emit('Map', [a, b], { expression: 'a === b ? 1 : 0' })[0]!;
  const at = (of: string) => g.emit('GatherElements', [of, indices], rest)[0]!;
  const [y] = g.outputs as [string];
  const [own, given] = [equal(x, y), equal(updates, at(y))];
  const [count] = g.emit('ScatterElements', [own, indices, given], { ...rest, reduction: 'add' });
  const [share] = g.emit('Div', [g.outputGradients[0]!, count!]);
  return [g.emit('Mul', [own, share!])[0]!, null, g.emit('Mul', [given, at(share!)])[0]!];
}

/** The product of all other factors: of those that are not zero, unless another one is. */
function product(g: GradientContext): (string | null)[] {
  const [x, indices, updates] = g.inputs as [string, string, string];
  const { reduction: _, ...rest } = g.attributes;
  const at = (of: string) => g.emit('GatherElements', [of, indices], rest)[0]!;
  const isZero = (of: string) => g.emit('Map', [of], { expression: 'a === 0 ? 1 : 0' })[0]!;
  const filled = (of: string) => g.emit('Map', [of], { expression: 'a === 0 ? 1 : a' })[0]!;
  const all = (reduction: string, of: (id: string) => string) =>
    g.emit('ScatterElements', [of(x), indices, of(updates)], { ...rest, reduction })[0]!;
  const [zeros, factors] = [all('add', isZero), all('mul', filled)];
  const [dy] = g.outputGradients as [string];
  const of = (factor: string, gradient: string, product: string, count: string) =>
    g.emit('Map', [factor, gradient, product, count], {
      expression: 'd - (a === 0 ? 1 : 0) > 0 ? 0 : b * c / (a === 0 ? 1 : a)',
    })[0]!;
  return [of(x, dy, factors, zeros), null, of(updates, at(dy), at(factors), at(zeros))];
}
