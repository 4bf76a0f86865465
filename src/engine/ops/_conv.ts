/** Kernels of convolutions over any number of spatial axes, N C … layout: forward, and both gradients. */
import type { Attributes } from '../../model/graph';
import type { Concrete, FastKernel, KernelCall } from '../op';
import { number, numbers, type Window, windowOf } from './_infer';
import { kernelSource, launch, quotient } from './_launch';
import { nested, overCovering, overWindow } from './_pool';

export interface Convolution {
  window: Window;
  groups: number;
  /** Sizes of the input's and the output's spatial axes. */
  spatial: readonly number[];
  out: readonly number[];
  batch: number;
  /** Channels. */
  ci: number;
  co: number;
}

export function convolutionOf(
  attributes: Attributes,
  x: readonly number[],
  weight: readonly number[],
  y: readonly number[],
): Convolution {
  return {
    window: windowOf(attributes, numbers(attributes, 'kernel_shape') ?? weight.slice(2)),
    groups: number(attributes, 'group', 1),
    spatial: x.slice(2),
    out: y.slice(2),
    batch: x[0]!,
    ci: x[1]!,
    co: y[1]!,
  };
}

const names = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}${i}`);

/** y[n, co, o] = bias[co] + Σ x[n, c, i] w[co, c, k]. */
export function convKernel(
  c: Convolution,
  x: Concrete,
  w: Concrete,
  bias: Concrete | undefined,
  y: Concrete,
): KernelCall {
  const rank = c.out.length;
  const { grid, prologue, at } = launch([c.batch, c.co, ...c.out]);
  const [n, co, ...o] = at;
  const [cig, cog] = [c.ci / c.groups, c.co / c.groups];
  const { kernel } = c.window;
  const inner = `s += x[${nested(['xc', ...names('i', rank)], [0, ...c.spatial])}] * w[${nested(['wc', ...names('k', rank)], [0, ...kernel])}];`;
  return {
    name: 'Conv',
    source: kernelSource(
      bias ? ['x', 'w', 'b'] : ['x', 'w'],
      `${prologue} int g = ${c.groups === 1 ? '0' : quotient(co!, cog)}; let s = ${bias ? `b[${co}]` : '0'};
      for (int c = 0; c < ${cig}; c++) {
        int xc = ${n} * ${c.ci} + g * ${cig} + c; int wc = ${co} * ${cig} + c;
        ${overWindow(c.window, c.spatial, o, inner)}
      }
      return s;`,
    ),
    inputs: [x, w, ...(bias ? [bias] : [])],
    output: y,
    grid,
    ...fast('Forward', c),
  };
}

/** dx[n, ci, i] = Σ dy[n, co, o] w[co, ci, k] over the windows that i lies in; also the transposed convolution. */
export function convGradInputKernel(
  c: Convolution,
  dy: Concrete,
  w: Concrete,
  bias: Concrete | undefined,
  dx: Concrete,
): KernelCall {
  const rank = c.out.length;
  const { grid, prologue, at } = launch([c.batch, c.ci, ...c.spatial]);
  const [n, ci, ...i] = at;
  const [cig, cog] = [c.ci / c.groups, c.co / c.groups];
  const { kernel } = c.window;
  const inner = `s += dy[${nested(['yc', ...names('o', rank)], [0, ...c.out])}] * w[${nested(['wc', ...names('k', rank)], [0, ...kernel])}];`;
  const loops = overCovering(c.window, c.out, i, inner);
  return {
    name: 'ConvGradInput',
    source: kernelSource(
      bias ? ['dy', 'w', 'b'] : ['dy', 'w'],
      `${prologue} int g = ${c.groups === 1 ? '0' : quotient(ci!, cig)}; let s = ${bias ? `b[${ci}]` : '0'};
      for (int c = 0; c < ${cog}; c++) {
        int yc = ${n} * ${c.co} + g * ${cog} + c; int wc = (g * ${cog} + c) * ${cig} + ${ci} - g * ${cig};
        ${loops}
      }
      return s;`,
    ),
    inputs: [dy, w, ...(bias ? [bias] : [])],
    output: dx,
    grid,
    ...(!bias && fast('GradInput', c)),
  };
}

/** dw[co, c, k] = Σ dy[n, co, o] x[n, c, i] over the batch and all places of the window. */
export function convGradWeightKernel(c: Convolution, x: Concrete, dy: Concrete, dw: Concrete): KernelCall {
  const rank = c.out.length;
  const [cig, cog] = [c.ci / c.groups, c.co / c.groups];
  const { kernel, strides, pads, dilations } = c.window;
  const { grid, prologue, at } = launch([c.co, cig, ...kernel]);
  const [co, ch, ...k] = at;
  const inner = `s += dy[${nested(['yc', ...names('o', rank)], [0, ...c.out])}] * x[${nested(['xc', ...names('i', rank)], [0, ...c.spatial])}];`;
  const loops = c.out.reduceRight(
    (body, size, axis) =>
      `for (int o${axis} = 0; o${axis} < ${size}; o${axis}++) { int i${axis} = o${axis} * ${strides[axis]} - ${pads[axis]} + ${k[axis]} * ${dilations[axis]}; if (i${axis} >= 0 && i${axis} < ${c.spatial[axis]}) { ${body} } }`,
    inner,
  );
  return {
    name: 'ConvGradWeight',
    source: kernelSource(
      ['x', 'dy'],
      `${prologue} int g = ${c.groups === 1 ? '0' : quotient(co!, cog)}; let s = 0;
      for (int n = 0; n < ${c.batch}; n++) {
        int yc = n * ${c.co} + ${co}; int xc = n * ${c.ci} + g * ${cig} + ${ch};
        ${loops}
      }
      return s;`,
    ),
    inputs: [x, dy],
    output: dw,
    grid,
    ...fast('GradWeight', c),
  };
}

/** How many spatial axes the hand-written kernels know. */
export const FAST_AXES = 3;

/** There are hand-written kernels for two spatial axes and for three; one is taken as height 1. */
function fast(name: 'Forward' | 'GradInput' | 'GradWeight', c: Convolution): { fast?: FastKernel } {
  const rank = c.out.length;
  if (rank > FAST_AXES) return {};
  const { kernel, strides, pads, dilations } = c.window;
  const axes = rank === 3 ? ['d', 'h', 'w'] : ['h', 'w'];
  const each = (prefix: string, v: readonly number[], single: number) => {
    const values = rank === 1 ? [single, v[0]!] : v;
    return Object.fromEntries(axes.map((axis, i) => [`${prefix}${axis}`, values[i]!]));
  };
  const params = {
    batch: c.batch,
    groups: c.groups,
    ci: c.ci,
    co: c.co,
    ...each('', c.spatial, 1),
    ...each('o', c.out, 1),
    ...each('k', kernel, 1),
    ...each('s', strides, 1),
    ...each('p', pads, 0),
    ...each('d', dilations, 1),
  };
  return { fast: { name: `${rank === 3 ? 'volume' : 'conv'}${name}`, params } };
}
