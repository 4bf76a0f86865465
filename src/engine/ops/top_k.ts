import { isNegative, subDims } from '../../model/dim';
import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { axisOf, elements, flag, input, number } from './_infer';
import { dot, kernelSource, launch, stridesOf } from './_launch';

/** Attributes `k`, `axis` (-1) and `largest` (1). Outputs the values in order and their indices. */
export const op: OpDefinition = {
  name: 'TopK',
  summary: 'The largest values along an axis, in order',
  torch: ['torch.topk', 'torch.sort'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'TopK');
    const axis = axisOf(number(attributes, 'axis', -1), x.shape.length);
    // As many as another size, where all are put in order.
    const k = (attributes['k'] as Dim | undefined) ?? 1;
    const size = x.shape[axis]!;
    if (isNegative(subDims(size, k))) throw new ShapeError('selected index k out of range');
    const shape = x.shape.map((d, i) => (i === axis ? k : d));
    return [
      { dtype: x.dtype, shape },
      { dtype: 'int64', shape },
    ];
  },
  flops: inputs => elements(inputs[0]),
  gradient(g) {
    const [dy] = g.outputGradients;
    if (!dy) return [null];
    const { shape } = g.type(g.inputs[0]!);
    const zeros = g.emit('ConstantOfShape', [], { shape, value: 0 })[0]!;
    const axis = axisOf(number(g.attributes, 'axis', -1), shape.length);
    return g.emit('ScatterElements', [zeros, g.outputs[1]!, dy], { axis, reduction: 'add' });
  },
  lower(l) {
    const [x] = l.inputs;
    const [values, indices] = l.outputs;
    const axis = axisOf(number(l.attributes, 'axis', -1), x!.shape.length);
    const strides = stridesOf(x!.shape);
    const { grid, prologue, at } = launch(values!.shape);
    const size = x!.shape[axis]!;
    const baseOf = (places: readonly string[]) =>
      dot(
        places.map((p, i) => (i === axis ? '0' : p)),
        strides.map((s, i) => (i === axis ? 0 : s)),
      );
    const before = flag(l.attributes, 'largest', true) ? '>' : '<';
    // The value of rank r is the one that exactly r others come before; the first of equal ones comes first.
    const ranks = l.scratch(x!.shape);
    const all = launch(x!.shape);
    l.kernel({
      name: 'TopK',
      source: kernelSource(
        ['x'],
        `${all.prologue} int base = ${baseOf(all.at)}; int t = ${all.at[axis]}; const v = x[base + t * ${strides[axis]}];
        let rank = 0;
        for (int u = 0; u < ${size}; u++) {
          const w = x[base + u * ${strides[axis]}];
          if (w ${before} v || (w === v && u < t)) { rank = rank + 1; }
        } return rank;`,
      ),
      inputs: [x!],
      output: ranks,
      grid: all.grid,
    });
    l.kernel({
      name: 'TopK',
      source: kernelSource(
        ['ranks'],
        `${prologue} int base = ${baseOf(at)}; let found = 0;
        for (int t = 0; t < ${size}; t++) {
          if (ranks[base + t * ${strides[axis]}] === ${at[axis]} + 0.0) { found = t; }
        } return found;`,
      ),
      inputs: [ranks],
      output: indices!,
      grid,
    });
    const from = dot(
      at.map((a, i) => (i === axis ? 'k' : a)),
      strides,
    );
    l.kernel({
      name: 'TopK',
      source: kernelSource(
        ['x', 'i'],
        `${prologue} int k = i[${dot(at, stridesOf(values!.shape))}]; return x[${from}];`,
      ),
      inputs: [x!, indices!],
      output: values!,
      grid,
    });
  },
};
