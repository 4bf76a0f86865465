import type { OpDefinition } from '../op';
import { axisOf, elements, flag, input, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';

/** Attributes `axis` (0) and `keepdims` (1); the first of equal values. */
export const op: OpDefinition = {
  name: 'ArgMax',
  summary: 'Index of the largest value along an axis',
  torch: ['torch.argmax'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'ArgMax');
    const axis = axisOf(number(attributes, 'axis', 0), x.shape.length);
    const shape = flag(attributes, 'keepdims', true)
      ? x.shape.map((d, i) => (i === axis ? 1 : d))
      : x.shape.filter((_, i) => i !== axis);
    return [{ dtype: 'int64', shape }];
  },
  flops: inputs => elements(inputs[0]),
  gradient: () => [null],
  lower(l) {
    const [x] = l.inputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
    const strides = stridesOf(x!.shape);
    const kept = x!.shape.filter((_, i) => i !== axis);
    const { grid, prologue, at } = launch(kept);
    const base = dot(
      at,
      strides.filter((_, i) => i !== axis),
    );
    l.kernel({
      name: 'ArgMax',
      source: kernelSource(
        ['x'],
        `${prologue} int base = ${base}; let best = x[base]; let where = 0;
        for (int t = 1; t < ${x!.shape[axis]}; t++) {
          const v = x[base + t * ${strides[axis]}]; if (v > best) { best = v; where = t; }
        } return where;`,
      ),
      inputs: [x!],
      output: l.outputs[0]!,
      grid,
    });
  },
};
