import type { OpDefinition } from '../op';
import { input, number } from './_infer';

/** Indices as they are, refused where they lie outside an axis of `size` places; attribute `axis` is for the message. */
export const op: OpDefinition = {
  name: 'IndexRange',
  summary: 'Indices that are checked to lie inside an axis',
  internal: true,
  infer: inputs => [input(inputs, 0, 'IndexRange')],
  flops: () => 0,
  lower(l) {
    const size = number(l.attributes, 'size', 0);
    const axis = number(l.attributes, 'axis', 0);
    l.guard(0, {
      from: -size,
      below: size,
      refusal: found => `index ${found} is out of bounds for dimension ${axis} with size ${size}`,
    });
    l.alias(0, 0);
  },
};
