import type { OpDefinition } from '../op';
import { elements, input, mulDims } from './_infer';
import { rounded } from './_quantized';

/** Outputs y of uint8, the scale, and the zero point, which follow from the range of x (with 0 in it). */
export const op: OpDefinition = {
  name: 'DynamicQuantizeLinear',
  summary: 'Rounds to 8 bits, over the range that the values have',
  formula: 'scale = (max(x, 0) - min(x, 0)) / 255; y = saturate(round(x / scale) + zero point)',
  infer(inputs) {
    const { shape } = input(inputs, 0, 'DynamicQuantizeLinear');
    return [
      { dtype: 'uint8', shape },
      { dtype: 'float32', shape: [] },
      { dtype: 'uint8', shape: [] },
    ];
  },
  flops: inputs => mulDims(5, elements(inputs[0])),
  expand(e) {
    const [x] = e.inputs;
    const extreme = (reduce: string, join: string) =>
      e.emit(join, [e.emit(reduce, [x!], { keepdims: 0 })[0]!, e.scalar(0)])[0]!;
    const [most, least] = [extreme('ReduceMax', 'Max'), extreme('ReduceMin', 'Min')];
    // A tensor of zeros has no range: any scale leaves zeros.
    const scale = e.emit('Map', [most, least], { expression: 'a - b === 0 ? 1 : (a - b) / 255' })[0]!;
    const zero = rounded(e, e.emit('Neg', [least])[0]!, { scale }, undefined, {});
    return [rounded(e, x!, { scale }, zero, {}), scale, zero];
  },
};
