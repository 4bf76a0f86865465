import type { Concrete, KernelCall, LoweringContext } from '../op';
import { axisOf, number } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';
import { reduceKernel } from './_reduce';

/** The maximum along the axis and Σ exp(x - max), with size 1 in place of the axis. */
export function rowStatistics(l: LoweringContext): { max: Concrete; sum: Concrete } {
  const x = l.inputs[0]!;
  const rank = x.shape.length;
  const axis = axisOf(number(l.attributes, 'axis', -1), rank);
  const shape = x.shape.map((d, i) => (i === axis ? 1 : d));
  const max = l.scratch(shape);
  const sum = l.scratch(shape);
  l.kernel(reduceKernel('SoftmaxMax', x, [axis], max, { start: 'first', step: 'if (v > s) { s = v; }' }));
  const strides = stridesOf(x.shape);
  const outer = x.shape.slice(0, axis).reduce((p, d) => p * d, 1);
  const inner = rank === 0 ? 1 : strides[axis]!;
  const size = rank === 0 ? 1 : x.shape[axis]!;
  const { grid, prologue, at } = launch([outer, inner]);
  l.kernel({
    name: 'SoftmaxSum',
    source: kernelSource(
      ['x', 'm'],
      `${prologue} int p = ${dot(at, [size * inner, 1])}; const top = m[${dot(at, [inner, 1])}]; let s = 0;
      for (int i = 0; i < ${size}; i++) { s += Math.exp(x[p] - top); p = p + ${inner}; }
      return s;`,
    ),
    inputs: [x, max],
    output: sum,
    grid,
  });
  return { max, sum };
}

/** The hand-written kernel for the whole op; undefined where the executor lacks it. */
export function softmaxKernel(l: LoweringContext, logarithm: boolean): KernelCall | undefined {
  const x = l.inputs[0]!;
  const rank = x.shape.length;
  if (!l.fast || rank === 0) return undefined;
  const at = axisOf(number(l.attributes, 'axis', -1), rank);
  const axis = x.shape[at]!;
  if (axis === 0) return undefined;
  const outer = sizeOf(x.shape.slice(0, at));
  const inner = sizeOf(x.shape.slice(at + 1));
  const log = logarithm ? 1 : 0;
  return {
    name: logarithm ? 'LogSoftmax' : 'Softmax',
    source: '',
    inputs: [x],
    output: l.outputs[0]!,
    fast:
      inner === 1
        ? { name: 'softmax', params: { outer, axis, logarithm: log } }
        : { name: 'softmaxColumns', params: { outer, axis, inner, logarithm: log } },
  };
}
