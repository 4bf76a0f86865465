import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { elements, input, mulDims, number } from './_infer';

/** Inputs x, scale and bias per channel; attribute `epsilon`. */
export const op: OpDefinition = {
  name: 'InstanceNormalization',
  summary: 'Normalizes each channel of each sample',
  formula: 'y = (x - E[x]) / √(Var[x] + ε) · γ + β',
  torch: ['nn.InstanceNorm1d', 'nn.InstanceNorm2d', 'nn.InstanceNorm3d'],
  infer: inputs => [input(inputs, 0, 'InstanceNormalization')],
  flops: inputs => mulDims(9, elements(inputs[0])),
  expand(e) {
    const [x, scale, bias] = e.inputs;
    const { shape } = e.type(x!);
    const axes = shape.map((_, i) => i).slice(2);
    let y = e.emit('Standardize', [x!], { axes, epsilon: number(e.attributes, 'epsilon', 1e-5) })[0]!;
    const column = (value: string): string =>
      e.emit('Reshape', [value], { shape: [shape[1]!, ...axes.map(() => 1)] as Dim[] })[0]!;
    if (scale) y = e.emit('Mul', [y, column(scale)])[0]!;
    if (bias) y = e.emit('Add', [y, column(bias)])[0]!;
    return [y];
  },
};
