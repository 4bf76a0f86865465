import type { OpDefinition } from '../op';
import { axisOf, elements, input, mulDims, number } from './_infer';

/** Zhang and Sennrich 2019. Inputs x and scale (which may be left out); attributes `axis` (-1), `epsilon`. */
export const op: OpDefinition = {
  name: 'RMSNormalization',
  summary: 'Divides each sample by its root mean square',
  formula: 'y = x / √(E[x²] + ε) · γ',
  torch: ['nn.RMSNorm', 'F.rms_norm'],
  infer: inputs => [input(inputs, 0, 'RMSNormalization')],
  flops: inputs => mulDims(5, elements(inputs[0])),
  expand(e) {
    const [x, scale] = e.inputs;
    const rank = e.type(x!).shape.length;
    const axis = axisOf(number(e.attributes, 'axis', -1), rank);
    const axes = Array.from({ length: rank - axis }, (_, i) => axis + i);
    const square = e.emit('Mul', [x!, x!])[0]!;
    const mean = e.emit('ReduceMean', [square], { axes, keepdims: 1 })[0]!;
    const root = e.emit('Sqrt', [
      e.emit('Add', [mean, e.scalar(number(e.attributes, 'epsilon', 1e-5))])[0]!,
    ])[0]!;
    const y = e.emit('Div', [x!, root])[0]!;
    return scale ? e.emit('Mul', [y, scale]) : [y];
  },
};
