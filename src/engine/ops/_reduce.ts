/** Kernels and definitions for reductions over any axes. */
import type { Attributes, Dim, TensorType } from '../../model/graph';
import type { Concrete, FastKernel, GradientContext, KernelCall, OpDefinition } from '../op';
import { axesOf, elements, flag, input, isFloat } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';
import { collapse, mapKernel } from './_map';

/**
 * How to reduce. `start` is the accumulator `s` from the first value `v` (or a constant), `step` updates `s` by each
 * value `v`, `end` is the result from `s`; `count` is the number of values.
 */
export interface Reduction {
  /** The accumulator's start; "first" takes the first value. */
  start: 'first' | number;
  /** The result where there is no first value, as an expression: ONNX's for the reduction. */
  empty?: string;
  step: string;
  end?: string | ((count: number) => string);
  /** Declarations of further variables. */
  locals?: string;
  /** It is a sum, or a mean: what has a hand-written kernel, in double precision. */
  kind?: 'sum' | 'mean';
}

/** A kernel that reduces `x` over `axes`; the output has the kept axes, in any shape of the same size. */
export function reduceKernel(
  name: string,
  x: Concrete,
  axes: readonly number[],
  output: Concrete,
  reduction: Reduction,
): KernelCall {
  const strides = stridesOf(x.shape);
  const all = x.shape.map((_, i) => i);
  const part = (of: readonly number[]) => {
    const c = collapse(
      of.map(i => x.shape[i]!),
      [of.map(i => strides[i]!)],
    );
    return { sizes: c.sizes, strides: c.strides[0]! };
  };
  const kept = part(all.filter(i => !axes.includes(i)));
  const reduced = part([...axes]);
  const { grid, prologue, at } = launch(kept.sizes);
  const count = reduced.sizes.reduce((p, d) => p * d, 1);
  const { start, step, end, locals = '', empty = '-1 / 0' } = reduction;
  if (count === 0 && start === 'first') return mapKernel(name, [], output, empty);
  return {
    name,
    source: kernelSource(
      ['x'],
      `${prologue} int base = ${dot(at, kept.strides)};
      let s = ${start === 'first' ? 'x[base]' : start}; ${locals}
      ${walk(reduced.sizes, reduced.strides, step)}
      return ${typeof end === 'function' ? end(count) : (end ?? 's')};`,
    ),
    inputs: [x],
    output,
    grid,
    ...(reduction.kind && channelSums(x.shape, axes, reduction.kind)),
  };
}

/**
 * The hand-written sum where the kept axes stand together between reduced ones, [outer, channels, inner]. Columns
 * (inner 1) are summed in single precision by parts.
 */
function channelSums(
  shape: readonly number[],
  axes: readonly number[],
  kind: 'sum' | 'mean',
): { fast?: FastKernel } {
  const kept = shape.map((_, i) => i).filter(i => !axes.includes(i));
  const [first, last] = [kept[0], kept.at(-1)];
  // Only GPUs have this one, where a single thread would sum all of it.
  if (kept.length === 0) {
    const size = sizeOf(shape);
    return { fast: { name: 'sumAll', params: { size, divisor: kind === 'mean' ? size : 1 } } };
  }
  if (first === undefined || last === undefined || last - first !== kept.length - 1) return {};
  const outer = sizeOf(shape.slice(0, first));
  const channels = sizeOf(shape.slice(first, last + 1));
  const inner = sizeOf(shape.slice(last + 1));
  const divisor = kind === 'mean' ? outer * inner : 1;
  if (inner === 1 && outer > 1 && channels > 1)
    return { fast: { name: 'sumColumns', params: { rows: outer, columns: channels, divisor } } };
  if (inner < 8) return {};
  return { fast: { name: 'sumChannels', params: { outer, channels, inner, divisor } } };
}

/** Values that are summed in one go; longer sums are made of such parts, so that rounding does not pile up. */
const PART = 512;

/** Loops over the reduced values `v`. */
function walk(sizes: readonly number[], strides: readonly number[], step: string): string {
  const sum = step.startsWith('s +=');
  const last = sizes.length - 1;
  const counters = sizes.map((_, i) => `r${i}`);
  const read = `const v = x[base + ${dot(counters, strides)}];`;
  const outer = sizes.slice(0, -1).map((d, i) => `for (int r${i} = 0; r${i} < ${d}; r${i}++) {`);
  const close = '}'.repeat(outer.length);
  const n = sizes[last]!;
  const inner = (body: string, from: string, to: string) =>
    `for (int r${last} = ${from}; r${last} < ${to}; r${last}++) { ${read} ${body} }`;
  if (!sum || (n <= PART && outer.length === 0))
    return `${outer.join(' ')} ${inner(step, '0', `${n}`)} ${close}`;
  const part = `part ${step.slice(2)}`;
  const parts =
    n <= PART
      ? `part = 0; ${inner(part, '0', `${n}`)} s += part;`
      : `for (int from = 0; from < ${n}; from = from + ${PART}) {
          int to = from + ${PART}; if (to > ${n}) { to = ${n}; }
          part = 0; ${inner(part, 'from', 'to')} s += part;
        }`;
  return `let part = 0; ${outer.join(' ')} ${parts} ${close}`;
}

/** The shape without the reduced axes, or with 1 in their place. */
export function reducedShape(t: TensorType, attributes: Attributes): Dim[] {
  const axes = axesOf(attributes['axes'], t.shape.length);
  return flag(attributes, 'keepdims', true)
    ? t.shape.map((d, i) => (axes.includes(i) ? 1 : d))
    : t.shape.filter((_, i) => !axes.includes(i));
}

/** A Reduce op: attributes `axes` (all if absent) and `keepdims` (1 if absent). */
export function reduce(about: {
  name: string;
  summary: string;
  formula?: string;
  torch?: readonly string[];
  reduction: Reduction;
  gradient?: OpDefinition['gradient'];
  refuses?: OpDefinition['refuses'];
  dtype?: (t: TensorType) => TensorType['dtype'];
}): OpDefinition {
  const { reduction, gradient, dtype, ...described } = about;
  return {
    ...described,
    infer(inputs, attributes) {
      const x = input(inputs, 0, about.name);
      return [{ dtype: dtype ? dtype(x) : x.dtype, shape: reducedShape(x, attributes) }];
    },
    flops: inputs => elements(inputs[0]),
    ...(gradient && { gradient }),
    lower(l) {
      const [x] = l.inputs;
      const axes = axesOf(l.attributes['axes'], x!.shape.length);
      l.kernel(reduceKernel(about.name, x!, axes, l.outputs[0]!, reduction));
    },
  };
}

/** A value of the reduced shape with 1 in place of the reduced axes, ready to broadcast against the input. */
export function keepAxes(g: GradientContext, value: string): string {
  const x = g.type(g.inputs[0]!);
  if (flag(g.attributes, 'keepdims', true)) return value;
  const axes = axesOf(g.attributes['axes'], x.shape.length);
  return g.emit('Reshape', [value], {
    shape: x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) as Dim[],
  })[0]!;
}

/** How many values fall together, as a number (sizes are known when gradients are built). */
export function reducedCount(g: GradientContext): number {
  const { shape } = g.type(g.inputs[0]!);
  return axesOf(g.attributes['axes'], shape.length).reduce((p, i) => p * Number(shape[i]), 1);
}

export function floatResult(t: TensorType): TensorType['dtype'] {
  return isFloat(t.dtype) ? t.dtype : 'float32';
}
