import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { adaptiveWindows } from './_adaptive';
import { elements, input } from './_infer';
import { sizeOf } from './_launch';

/**
 * Window i of an axis reaches from floor(i in / out) to ceil((i + 1) in / out). Attribute `output_size`. For sizes that
 * do not divide; those that do are a plain pool.
 */
export const op: OpDefinition = {
  name: 'AdaptiveMaxPool',
  internal: true,
  summary: 'Maximum over windows that cover the input for a wanted output size',
  torch: ['nn.AdaptiveMaxPool1d', 'nn.AdaptiveMaxPool2d', 'nn.AdaptiveMaxPool3d'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'AdaptiveMaxPool');
    const size = attributes['output_size'] as readonly Dim[];
    return [{ dtype: x.dtype, shape: [...x.shape.slice(0, x.shape.length - size.length), ...size] }];
  },
  flops: inputs => elements(inputs[0]),
  // Windows are laid out side by side, shorter ones filled up with their last cell, which comes after the first of
  // equal values and so gets no gradient: PyTorch gives it to the first.
  expand(e) {
    const wanted = (e.attributes['output_size'] as readonly Dim[]).map(Number);
    const shape = e.type(e.inputs[0]!).shape.map(Number);
    const lead = shape.slice(0, shape.length - wanted.length);
    const lengths: number[] = [];
    let x = e.inputs[0]!;
    wanted.forEach((length, i) => {
      const windows = adaptiveWindows(shape[lead.length + i]!, length);
      const longest = Math.max(...windows.map(w => w.end - w.start));
      lengths.push(longest);
      const places = windows.flatMap(({ start, end }) =>
        Array.from({ length: longest }, (_, k) => Math.min(start + k, end - 1)),
      );
      const picks = e.constant([length, longest], places);
      x = e.emit('Gather', [x, picks], { axis: lead.length + 2 * i })[0]!;
    });
    const axes = wanted.map((_, i) => lead.length + 2 * i);
    const perm = [...lead.map((_, i) => i), ...axes, ...axes.map(a => a + 1)];
    const apart = e.emit('Transpose', [x], { perm })[0]!;
    const cells = e.emit('Reshape', [apart], { shape: [sizeOf(lead) * sizeOf(wanted), sizeOf(lengths)] })[0]!;
    const first = e.emit('ArgMax', [cells], { axis: 1, keepdims: 1 })[0]!;
    const most = e.emit('GatherElements', [cells, first], { axis: 1 })[0]!;
    return e.emit('Reshape', [most], { shape: [...lead, ...wanted] });
  },
};
