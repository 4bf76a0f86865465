import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { input, numbers } from './_infer';
import { kernelSource, launch, quotient, stridesOf } from './_launch';

/** Puts a slice back to its place among zeros. Attributes `shape` (of the whole), `axes`, `starts`, `steps`. */
export const op: OpDefinition = {
  name: 'SliceGrad',
  internal: true,
  summary: 'A slice in its place among zeros',
  infer: (inputs, attributes) => [
    { dtype: input(inputs, 0, 'SliceGrad').dtype, shape: attributes['shape'] as readonly Dim[] },
  ],
  gradient(g) {
    const axes = numbers(g.attributes, 'axes')!;
    const starts = numbers(g.attributes, 'starts')!;
    const steps = numbers(g.attributes, 'steps')!;
    const part = g.type(g.inputs[0]!).shape;
    const ends = axes.map((axis, i) => {
      const end = starts[i]! + steps[i]! * Number(part[axis]);
      return end < 0 ? -2147483648 : end;
    });
    return g.emit('Slice', [g.outputGradients[0]!], { starts, ends, axes, steps });
  },
  lower(l) {
    const [dy] = l.inputs;
    const [dx] = l.outputs;
    if (dy!.shape.includes(0)) {
      const { grid } = launch(dx!.shape);
      l.kernel({ name: 'SliceGrad', source: kernelSource([], 'return 0;'), inputs: [], output: dx!, grid });
      return;
    }
    const axes = numbers(l.attributes, 'axes')!;
    const starts = numbers(l.attributes, 'starts')!;
    const steps = numbers(l.attributes, 'steps')!;
    const strides = stridesOf(dy!.shape);
    const { grid, prologue, at } = launch(dx!.shape);
    let body = `${prologue} int from = 0; int inside = 1;`;
    dx!.shape.forEach((_, axis) => {
      const i = axes.indexOf(axis);
      const stride = strides[axis]!;
      if (i < 0) {
        if (stride !== 0) body += ` from = from + ${at[axis]} * ${stride};`;
        return;
      }
      const count = dy!.shape[axis]!;
      const step = steps[i]!;
      const offset = step > 0 ? `${at[axis]} - ${starts[i]}` : `${starts[i]} - ${at[axis]}`;
      // The place within the slice; the index stays inside the memory where the cell lies outside.
      body += ` int d${axis} = ${offset};`;
      const width = Math.abs(step);
      body +=
        width === 1
          ? ` int k${axis} = d${axis};`
          : ` int k${axis} = ${quotient(`Math.max(d${axis}, 0)`, width)}; if (d${axis} - k${axis} * ${width} !== 0) { inside = 0; }`;
      body += ` if (d${axis} < 0) { inside = 0; k${axis} = 0; } if (k${axis} >= ${count}) { inside = 0; k${axis} = 0; }`;
      body += ` from = from + k${axis} * ${stride};`;
    });
    l.kernel({
      name: 'SliceGrad',
      source: kernelSource(
        ['dy'],
        `${body} let value = dy[from]; if (inside === 0) { value = 0; } return value;`,
      ),
      inputs: [dy!],
      output: dx!,
      grid,
    });
  },
};
