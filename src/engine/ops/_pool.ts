/** What the pools share: shape rule, and the walk over a window. */
import type { Attributes, TensorType } from '../../model/graph';
import { ShapeError } from '../op';
import { input, numbers, slide, type Window, windowOf } from './_infer';

export function poolWindow(attributes: Attributes): Window {
  return windowOf(attributes, numbers(attributes, 'kernel_shape') ?? []);
}

export function inferPool(
  name: string,
  inputs: readonly (TensorType | undefined)[],
  attributes: Attributes,
): TensorType {
  const x = input(inputs, 0, name);
  const w = poolWindow(attributes);
  const n = w.kernel.length;
  if (x.shape.length !== n + 2)
    throw new ShapeError(`Expected ${n + 1}D or ${n + 2}D input to ${name}, but got [${x.shape.join(', ')}]`);
  w.kernel.forEach((k, i) => {
    if (w.pads[i]! > k / 2)
      throw new ShapeError(
        `pad should be at most half of effective kernel size, but got pad=${w.pads[i]}, kernel_size=${k} and dilation=${w.dilations[i]}`,
        { argument: 'padding', found: w.pads[i]!, expected: Math.floor(k / 2) },
      );
  });
  const out = slide(x.shape.slice(2), w);
  if (out.some(d => typeof d === 'number' && d < 1)) {
    const size = (s: readonly unknown[]) => `(${[x.shape[1], ...s].join('x')})`;
    throw new ShapeError(
      `Given input size: ${size(x.shape.slice(2))}. Calculated output size: ${size(out)}. Output size is too small`,
    );
  }
  return { dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...out] };
}

/** Row-major index from indices and sizes. */
export function nested(indices: readonly string[], sizes: readonly number[]): string {
  return indices.reduce((e, index, i) => (i === 0 ? index : `(${e}) * ${sizes[i]} + ${index}`), '0');
}

/** Walks over the cells of the window at `o` that lie inside; i0, i1, … are their indices in the input. */
export function overWindow(
  w: Window,
  spatial: readonly number[],
  o: readonly string[],
  inner: string,
): string {
  return w.kernel.reduceRight((body, k, a) => {
    const at = `int i${a} = ${o[a]} * ${w.strides[a]} - ${w.pads[a]} + k${a} * ${w.dilations[a]};`;
    return `for (int k${a} = 0; k${a} < ${k}; k${a}++) { ${at} if (i${a} >= 0 && i${a} < ${spatial[a]}) { ${body} } }`;
  }, inner);
}

/** Walks over the windows that the input's cell `i` lies in; o0, o1, … are their places in the output. */
export function overCovering(w: Window, out: readonly number[], i: readonly string[], inner: string): string {
  return w.kernel.reduceRight((body, k, a) => {
    const s = w.strides[a]!;
    const t = `int t${a} = ${i[a]} + ${w.pads[a]} - k${a} * ${w.dilations[a]};`;
    const o = `int o${a} = ${s === 1 ? `t${a}` : `Math.floor((t${a} + 0.5) / ${s})`};`;
    const inside = `t${a} >= 0 && o${a} * ${s} === t${a} && o${a} < ${out[a]}`;
    return `for (int k${a} = 0; k${a} < ${k}; k${a}++) { ${t} ${o} if (${inside}) { ${body} } }`;
  }, inner);
}

/** Parameters of the hand-written pools, for two axes or one. */
export function planarParams(
  w: Window,
  planes: number,
  spatial: readonly number[],
  out: readonly number[],
): Record<string, number> | undefined {
  if (w.kernel.length > 2) return undefined;
  const [h, v] = w.kernel.length === 2 ? [0, 1] : [-1, 0];
  const of = (values: readonly number[], axis: number, absent: number) => (axis < 0 ? absent : values[axis]!);
  return {
    planes,
    h: of(spatial, h!, 1),
    w: of(spatial, v!, 1),
    oh: of(out, h!, 1),
    ow: of(out, v!, 1),
    kh: of(w.kernel, h!, 1),
    kw: of(w.kernel, v!, 1),
    sh: of(w.strides, h!, 1),
    sw: of(w.strides, v!, 1),
    ph: of(w.pads, h!, 0),
    pw: of(w.pads, v!, 0),
    dh: of(w.dilations, h!, 1),
    dw: of(w.dilations, v!, 1),
  };
}
