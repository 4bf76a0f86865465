import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { elements, floorDivDims, input, mulDims, number } from './_infer';

/** Inputs x, scale and bias per channel; attributes `num_groups` and `epsilon`. */
export const op: OpDefinition = {
  name: 'GroupNormalization',
  summary: 'Normalizes groups of channels of each sample',
  formula: 'y = (x - E[x]) / √(Var[x] + ε) · γ + β',
  torch: ['nn.GroupNorm', 'F.group_norm'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'GroupNormalization');
    const groups = number(attributes, 'num_groups', 1);
    const channels = x.shape[1];
    if (typeof channels === 'number' && channels % groups !== 0)
      throw new ShapeError(
        `Expected number of channels in input to be divisible by num_groups, but got input of shape [${x.shape.join(', ')}] and num_groups=${groups}`,
      );
    return [x];
  },
  flops: inputs => mulDims(9, elements(inputs[0])),
  expand(e) {
    const [x, scale, bias] = e.inputs;
    const { shape } = e.type(x!);
    const groups = number(e.attributes, 'num_groups', 1);
    const [n, c, ...rest] = shape as Dim[];
    const grouped = e.emit('Reshape', [x!], { shape: [n!, groups, floorDivDims(c!, groups), ...rest] })[0]!;
    const axes = Array.from({ length: rest.length + 1 }, (_, i) => i + 2);
    const flat = e.emit('Standardize', [grouped], {
      axes,
      epsilon: number(e.attributes, 'epsilon', 1e-5),
    })[0]!;
    let y = e.emit('Reshape', [flat], { shape })[0]!;
    const column = (value: string): string =>
      e.emit('Reshape', [value], { shape: [c!, ...rest.map(() => 1)] })[0]!;
    if (scale) y = e.emit('Mul', [y, column(scale)])[0]!;
    if (bias) y = e.emit('Add', [y, column(bias)])[0]!;
    return [y];
  },
};
