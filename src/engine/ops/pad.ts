import type { Attributes, Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { addDims, input, number, numbers, text } from './_infer';
import { kernelSource, launch, sizeOf, stridesOf } from './_launch';
import { mapKernel } from './_map';

function padsOf(attributes: Attributes, rank: number): { before: number; after: number }[] {
  const pads = numbers(attributes, 'pads') ?? [];
  return Array.from({ length: rank }, (_, i) => ({ before: pads[i] ?? 0, after: pads[i + rank] ?? 0 }));
}

/**
 * Attributes `pads` (before every axis, then after every axis; negative ones cut), `mode` ("constant", "reflect",
 * "edge", "wrap") and `value`.
 */
export const op: OpDefinition = {
  name: 'Pad',
  summary: 'Adds cells at the borders',
  torch: ['F.pad', 'nn.ZeroPad2d', 'nn.ReflectionPad2d', 'nn.ReplicationPad2d'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Pad');
    const pads = padsOf(attributes, x.shape.length);
    const mode = text(attributes, 'mode', 'constant');
    const shape = x.shape.map((d, i) => {
      const { before, after } = pads[i]!;
      if (mode === 'reflect' && typeof d === 'number' && Math.max(before, after) > Math.max(d - 1, 0))
        throw new ShapeError(
          `Padding size should be less than the corresponding input dimension, but got: padding (${before}, ${after}) at dimension ${i} of input [${x.shape.join(', ')}]`,
        );
      return addDims(d, before + after);
    });
    return [{ dtype: x.dtype, shape: shape as Dim[] }];
  },
  flops: () => 0,
  expand(e) {
    const mode = text(e.attributes, 'mode', 'constant');
    if (mode === 'constant') return null;
    // Another index along each padded axis: what is gathered knows its gradient.
    let x = e.inputs[0]!;
    const { shape } = e.type(x);
    padsOf(e.attributes, shape.length).forEach(({ before, after }, axis) => {
      if (before === 0 && after === 0) return;
      const n = Number(shape[axis]);
      const place = e.emit('Range', [], { start: -before, limit: n + after, delta: 1 })[0]!;
      const expression = {
        edge: `Math.min(Math.max(a, 0), ${n - 1})`,
        reflect: `${n - 1} - Math.abs(${n - 1} - Math.abs(a))`,
        wrap: `a - ${n} * Math.floor((a + 0.5) / ${n})`,
      }[mode];
      if (!expression) throw new ShapeError(`Unrecognised padding mode ${mode}`);
      x = e.emit('Gather', [x, e.emit('Map', [place], { expression })[0]!], { axis })[0]!;
    });
    return [x];
  },
  gradient(g) {
    const { shape } = g.type(g.inputs[0]!);
    const pads = padsOf(g.attributes, shape.length);
    const back = [...pads.map(p => -p.before), ...pads.map(p => -p.after)];
    return g.emit('Pad', [g.outputGradients[0]!], { pads: back, mode: 'constant', value: 0 });
  },
  lower(l) {
    const [x] = l.inputs;
    const [y] = l.outputs;
    if (sizeOf(x!.shape) === 0) {
      l.kernel(mapKernel('Pad', [], y!, `${number(l.attributes, 'value', 0)}`));
      return;
    }
    const strides = stridesOf(x!.shape);
    const { grid, prologue, at } = launch(y!.shape);
    let body = `${prologue} int from = 0; int inside = 1;`;
    padsOf(l.attributes, x!.shape.length).forEach(({ before, after }, axis) => {
      const size = x!.shape[axis]!;
      if (before === 0 && after === 0) {
        body += ` from = from + ${at[axis]} * ${strides[axis]};`;
        return;
      }
      body += ` int k${axis} = ${at[axis]} - ${before}; if (k${axis} < 0) { inside = 0; k${axis} = 0; }`;
      body += ` if (k${axis} >= ${size}) { inside = 0; k${axis} = 0; } from = from + k${axis} * ${strides[axis]};`;
    });
    const value = number(l.attributes, 'value', 0);
    l.kernel({
      name: 'Pad',
      source: kernelSource(
        ['x'],
        `${body} let value = x[from]; if (inside === 0) { value = ${value}; } return value;`,
      ),
      inputs: [x!],
      output: y!,
      grid,
    });
  },
};
