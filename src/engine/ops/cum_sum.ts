import type { OpDefinition } from '../op';
import { axisOf, elements, flag, input, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';

/** Attributes `axis`, `exclusive` (0) and `reverse` (0). */
export const op: OpDefinition = {
  name: 'CumSum',
  summary: 'Running sum along an axis',
  formula: 'yᵢ = Σ_{j ≤ i} xⱼ',
  torch: ['torch.cumsum'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'CumSum');
    axisOf(number(attributes, 'axis', 0), x.shape.length);
    return [{ ...x, dtype: x.dtype === 'bool' ? 'int64' : x.dtype }];
  },
  flops: (_, outputs) => elements(outputs[0]),
  gradient: g =>
    g.emit('CumSum', [g.outputGradients[0]!], {
      ...g.attributes,
      reverse: flag(g.attributes, 'reverse') ? 0 : 1,
    }),
  lower(l) {
    const [x] = l.inputs;
    const axis = axisOf(number(l.attributes, 'axis', 0), x!.shape.length);
    const strides = stridesOf(x!.shape);
    const { grid, prologue, at } = launch(x!.shape);
    const own = at[axis] ?? '0';
    const exclusive = flag(l.attributes, 'exclusive') ? 1 : 0;
    const size = x!.shape[axis] ?? 1;
    const indices = at.map((a, i) => (i === axis ? 't' : a));
    const [first, last] = flag(l.attributes, 'reverse')
      ? [`${own} + ${exclusive}`, `${size}`]
      : ['0', `${own} + ${1 - exclusive}`];
    l.kernel({
      name: 'CumSum',
      source: kernelSource(
        ['x'],
        `${prologue} let s = 0; int low = ${first}; int high = ${last};
        for (int t = low; t < high; t++) { s += x[${dot(indices, strides)}]; } return s;`,
      ),
      inputs: [x!],
      output: l.outputs[0]!,
      grid,
    });
  },
};
