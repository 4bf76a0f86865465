import type { OpDefinition } from '../op';
import { elements, input, mulDims, number } from './_infer';
import { rangeOf, rounded, spread } from './_quantized';

/**
 * Inputs x, scale and, optionally, zero point: one for all, one for each place along `axis`, or one for each
 * `block_size` places along it. Attributes `low` and `high` are the range of the type `dtype`.
 */
export const op: OpDefinition = {
  name: 'QuantizeLinear',
  summary: 'Rounds to whole numbers of few bits',
  formula: 'y = saturate(round(x / scale) + zero point)',
  torch: ['torch.quantize_per_tensor', 'torch.quantize_per_channel'],
  infer: (inputs, attributes) => [
    { dtype: rangeOf(attributes).dtype, shape: input(inputs, 0, 'QuantizeLinear').shape },
  ],
  flops: inputs => mulDims(3, elements(inputs[0])),
  expand(e) {
    const [x, scale, zero] = e.inputs;
    const shape = e.type(x!).shape.map(Number);
    const axis = number(e.attributes, 'axis', 1);
    const block = number(e.attributes, 'block_size', 0);
    const over = (id: string) => spread(e, id, shape, axis, block);
    return [rounded(e, x!, { scale: over(scale!) }, zero ? over(zero) : undefined, e.attributes)];
  },
};
