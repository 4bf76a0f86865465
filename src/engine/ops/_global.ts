import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { elements, input } from './_infer';

/** A pool over all of each channel is a reduction over the spatial axes. */
export function spatialReduction(about: {
  name: string;
  summary: string;
  torch: readonly string[];
  reduce: string;
}): OpDefinition {
  const { reduce, ...described } = about;
  return {
    ...described,
    infer(inputs) {
      const x = input(inputs, 0, about.name);
      if (x.shape.length < 3)
        throw new ShapeError(`${about.name} expects a batch of channels, but got ${x.shape.length}-D input`);
      return [{ dtype: x.dtype, shape: x.shape.map((d, i) => (i < 2 ? d : 1)) }];
    },
    flops: inputs => elements(inputs[0]),
    expand(e) {
      const rank = e.type(e.inputs[0]!).shape.length;
      const axes = Array.from({ length: rank - 2 }, (_, i) => i + 2);
      return e.emit(reduce, [e.inputs[0]!], { axes, keepdims: 1 });
    },
  };
}
