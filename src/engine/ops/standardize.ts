import type { OpDefinition } from '../op';
import { cellwise } from './_elementwise';
import { axesOf, elements, input, mulDims, number } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';
import { collapse, mapKernel } from './_map';
import { reduceKernel } from './_reduce';

/**
 * What all normalization layers share: x minus its mean, over the square root of its variance plus `epsilon`, the
 * statistics being taken over `axes`. Outputs the result, the mean and the (biased) variance, with size 1 in place
 * of the axes.
 */
export const op: OpDefinition = {
  name: 'Standardize',
  internal: true,
  summary: 'Takes mean 0 and variance 1 over axes',
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Standardize');
    const axes = axesOf(attributes['axes'], x.shape.length);
    const shape = x.shape.map((d, i) => (axes.includes(i) ? 1 : d));
    return [x, { dtype: x.dtype, shape }, { dtype: x.dtype, shape }];
  },
  flops: inputs => mulDims(7, elements(inputs[0])),
  gradient(g) {
    const [dy] = g.outputGradients;
    if (!dy) return [null];
    const [y, , v] = g.outputs;
    const axes = { axes: axesOf(g.attributes['axes'], g.type(y!).shape.length), keepdims: 1 };
    const m = g.emit('ReduceMean', [dy], axes)[0]!;
    const q = g.emit('ReduceMean', [cellwise(g, { g: dy, y: y! }, 'g * y')], axes)[0]!;
    const epsilon = number(g.attributes, 'epsilon', 1e-5);
    return [cellwise(g, { g: dy, y: y!, m, q, v: v! }, `(g - m - y * q) / Math.sqrt(v + ${epsilon})`)];
  },
  lower(l) {
    const x = l.inputs[0]!;
    const [y, mean, variance] = l.outputs;
    const axes = axesOf(l.attributes['axes'], x.shape.length);
    // Counted from the first value, which loses fewer digits when the values are far from zero.
    const rank = x.shape.length;
    // Over the last axes each sample is one row.
    const rows = axes.every((a, i) => a === rank - axes.length + i);
    const size = axes.reduce((p, a) => p * x.shape[a]!, 1);
    if (sizeOf(x.shape) === 0) {
      // Statistics of nothing, if there are any, are no numbers.
      for (const t of [mean!, variance!]) l.kernel(mapKernel('Mean', [], t, '0 / 0'));
      return;
    }
    const params = { outer: sizeOf(x.shape) / size, axis: size };
    // Over all axes but the second each channel is a plane of each sample, as in batch norm.
    const channels = rank > 1 && axes.length === rank - 1 && !axes.includes(1);
    const planes = { outer: x.shape[0]!, channels: x.shape[1]!, inner: sizeOf(x.shape.slice(2)) };
    l.kernel({
      ...reduceKernel('Mean', x, axes, mean!, {
        start: 0,
        locals: 'const first = x[base];',
        step: 's += v - first;',
        end: count => `first + s / ${count}`,
        kind: 'mean',
      }),
      ...(rows && { fast: { name: 'meanRows', params } }),
    });
    // In two passes, like PyTorch: the difference of large squares would lose all digits.
    const strides = stridesOf(x.shape);
    const kept = x.shape.map((_, i) => i).filter(i => !axes.includes(i));
    const outer = collapse(
      kept.map(i => x.shape[i]!),
      [kept.map(i => strides[i]!)],
    );
    const inner = collapse(
      axes.map(i => x.shape[i]!),
      [axes.map(i => strides[i]!)],
    );
    const { grid, prologue, at } = launch(outer.sizes);
    const loops = inner.sizes.map((d, i) => `for (int r${i} = 0; r${i} < ${d}; r${i}++) {`).join(' ');
    const count = inner.sizes.reduce((p, d) => p * d, 1);
    const counters = inner.sizes.map((_, i) => `r${i}`);
    l.kernel({
      name: 'Variance',
      source: kernelSource(
        ['x', 'm'],
        `${prologue} int base = ${dot(at, outer.strides[0]!)}; const mean = m[${dot(at, stridesOf(outer.sizes))}];
        let s = 0; ${loops} const d = x[base + ${dot(counters, inner.strides[0]!)}] - mean; s += d * d;
        ${'}'.repeat(inner.sizes.length)} return s / ${count};`,
      ),
      inputs: [x, mean!],
      output: variance!,
      grid,
      ...(rows
        ? { fast: { name: 'varianceRows', params } }
        : channels && { fast: { name: 'varianceChannels', params: planes } }),
    });
    const epsilon = number(l.attributes, 'epsilon', 1e-5);
    l.kernel({
      ...mapKernel('Standardize', [x, mean!, variance!], y!, `(a - b) / Math.sqrt(c + ${epsilon})`),
      ...(rows && { fast: { name: 'standardizeRows', params: { ...params, epsilon } } }),
    });
  },
};
