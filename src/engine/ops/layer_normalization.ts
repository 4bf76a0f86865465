import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { axisOf, differ, elements, input, mulDims, number } from './_infer';

/** Inputs x, scale and bias (which may be left out); attributes `axis` (-1: it and all after it), `epsilon`. */
export const op: OpDefinition = {
  name: 'LayerNormalization',
  summary: 'Normalizes each sample over its last axes',
  formula: 'y = (x - E[x]) / √(Var[x] + ε) · γ + β',
  torch: ['nn.LayerNorm', 'F.layer_norm'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'LayerNormalization');
    const axis = axisOf(number(attributes, 'axis', -1), x.shape.length);
    const own = x.shape.slice(axis);
    const scale = inputs[1];
    if (scale && (scale.shape.length !== own.length || scale.shape.some((d, i) => differ(d, own[i]!)))) {
      const wanted = `[${scale.shape.join(', ')}]`;
      throw new ShapeError(
        `Given normalized_shape=${wanted}, expected input with shape [*, ${scale.shape.join(', ')}], but got input of size[${x.shape.join(', ')}]`,
        own.length === 1
          ? { argument: 'normalized_shape', found: scale.shape[0]!, expected: own[0]! }
          : undefined,
      );
    }
    return [x];
  },
  flops: inputs => mulDims(9, elements(inputs[0])),
  expand(e) {
    const [x, scale, bias] = e.inputs;
    const rank = e.type(x!).shape.length;
    const axis = axisOf(number(e.attributes, 'axis', -1), rank);
    const axes = Array.from({ length: rank - axis }, (_, i) => axis + i);
    let y = e.emit('Standardize', [x!], { axes, epsilon: number(e.attributes, 'epsilon', 1e-5) })[0]!;
    if (scale) y = e.emit('Mul', [y, scale])[0]!;
    if (bias) y = e.emit('Add', [y, bias])[0]!;
    return [y];
  },
};
