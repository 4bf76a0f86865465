/** How quantised ops are written: their types are those of their zero points, of 8 bits until version 21. */
import type { Attributes } from '../../model/graph';
import type { Write, WriteContext } from './writing';
import { window } from './writtenWindow';

/** The input, or a zero point of the result's type, which says what that type is. */
function zeroPoint(c: WriteContext, at: number): string {
  const { dtype } = c.outputType(0);
  if (dtype !== 'uint8' && dtype !== 'int8') c.refuse(`it quantises to ${dtype}, but 8 bits are written`);
  if (c.number('high', 255) - c.number('low', 0) !== 255) c.refuse('it quantises to less than 8 bits');
  if (c.has(at)) return c.inputs[at]!;
  return c.type(1).shape.length === 0 ? c.scalar(0, dtype) : c.refuse('it has no zero point');
}

function axis(c: WriteContext): Attributes {
  if (c.number('block_size', 0) > 0) c.refuse('its scales stand for blocks');
  return { axis: c.number('axis', 1) };
}

const convolution = (c: WriteContext): Attributes => ({ group: c.number('group', 1), ...window(c) });

export const quantizedWriters: Readonly<Record<string, Write>> = {
  QuantizeLinear: c => c.finish('QuantizeLinear', [...c.inputs.slice(0, 2), zeroPoint(c, 2)], axis(c)),
  DequantizeLinear: c => c.finish('DequantizeLinear', c.inputs, axis(c)),
  DynamicQuantizeLinear: c => c.finish('DynamicQuantizeLinear', c.inputs),
  MatMulInteger: c => c.finish('MatMulInteger', c.inputs),
  ConvInteger: c => c.finish('ConvInteger', c.inputs, convolution(c)),
  QLinearMatMul: c => {
    if (c.has(8)) c.refuse('it has a bias');
    return c.finish('QLinearMatMul', [...c.inputs.slice(0, 7), zeroPoint(c, 7)]);
  },
  QLinearConv: c => {
    const rest = c.has(8) ? [c.inputs[8]!] : [];
    return c.finish('QLinearConv', [...c.inputs.slice(0, 7), zeroPoint(c, 7), ...rest], convolution(c));
  },
};
