/**
 * Convolutions over two axes, and their gradients, as products (gpu/product.ts) whose factors are read from pictures
 * where they lie: nothing is unfolded. Parametrised as wasm/fastKernels.ts's.
 */
import { type Factor, productShader, strided } from './product';
import type { GroupShader } from './wgsl';

interface Params {
  batch: number;
  ci: number;
  h: number;
  w: number;
  co: number;
  oh: number;
  ow: number;
  kh: number;
  kw: number;
  sh: number;
  sw: number;
  ph: number;
  pw: number;
  dh: number;
  dw: number;
  groups: number;
}

export type Convolution = Params & Readonly<Record<string, number>>;

/** Fewer channels a group than this leave most of a tile empty: a thread a cell then loses less. */
const FEW = 4;

/** y[n, co, o] = bias[co] + Σ x[n, c, i] w[co, c, k]: rows are channels, columns the pictures' places. */
export function convForward(c: Convolution, bias: boolean): GroupShader | undefined {
  const { batch, ci, h, w, co, oh, ow, kh, kw, groups } = c;
  const [cig, cog, k] = [ci / groups, co / groups, (ci / groups) * kh * kw];
  if (cog < FEW) return undefined;
  const places = oh * ow;
  return productShader({
    ...{ batch: groups, m: cog, n: batch * places, k },
    inputs: bias ? ['x', 'w', 'c'] : ['x', 'w'],
    begin: `let from_w = at.w + batch * ${cog * k}u;`,
    a: strided('from_w', k, 1),
    b: {
      along: 'side',
      // May begin outside of the picture, then as a number that went round; what is not inside is not read.
      side: (side, id) => `let p_${id} = ${side} % ${places}u;
  let y_${id} = i32(p_${id} / ${ow}u * ${c.sh}u) - ${c.ph};
  let x_${id} = i32(p_${id} % ${ow}u * ${c.sw}u) - ${c.pw};
  let from_${id} = at.x + ${side} / ${places}u * ${ci * h * w}u + batch * ${cig * h * w}u;`,
      depth: windowOf(c, h * w),
      cell: (side, depth) => ({
        address: `from_${side} + channel_${depth} + u32(y_${side} + r_${depth}) * ${w}u + u32(x_${side} + s_${depth})`,
        inside: inside(c, `y_${side} + r_${depth}`, `x_${side} + s_${depth}`),
      }),
    },
    place: (i, j) => placeOf(i, j, places, co, cog),
    plus: i => (bias ? ` + arena[at.c + batch * ${cog}u + ${i}]` : ''),
  });
}

/** dx[n, ci, i] = Σ dy[n, co, o] w[co, ci, k] over the windows that i lies in. */
export function convGradInput(c: Convolution): GroupShader | undefined {
  const { batch, ci, h, w, co, oh, ow, kh, kw, groups } = c;
  const [cig, cog] = [ci / groups, co / groups];
  if (cig < FEW) return undefined;
  const places = h * w;
  const divided = (e: string, by: number) => (by === 1 ? `(${e})` : `(${e}) / ${by}`);
  const weight: Factor = {
    along: 'depth',
    side: (side, id) => `let from_${id} = at.w + batch * ${cog * cig * kh * kw}u + ${side} * ${kh * kw}u;`,
    depth: (depth, id) =>
      `let deep_${id} = ${depth} / ${kh * kw}u * ${cig * kh * kw}u + ${depth} % ${kh * kw}u;`,
    cell: (side, depth) => ({ address: `from_${side} + deep_${depth}` }),
  };
  return productShader({
    ...{ batch: groups, m: cig, n: batch * places, k: cog * kh * kw },
    inputs: ['dy', 'w'],
    begin: '',
    a: weight,
    b: {
      along: 'side',
      side: (side, id) => `let p_${id} = ${side} % ${places}u;
  let y_${id} = i32(p_${id} / ${w}u) + ${c.ph};
  let x_${id} = i32(p_${id} % ${w}u) + ${c.pw};
  let from_${id} = at.dy + ${side} / ${places}u * ${co * oh * ow}u + batch * ${cog * oh * ow}u;`,
      depth: windowOf(c, oh * ow),
      cell: (side, depth) => {
        const [y, x] = [`y_${side} - r_${depth}`, `x_${side} - s_${depth}`];
        const [oy, ox] = [divided(y, c.sh), divided(x, c.sw)];
        return {
          address: `from_${side} + channel_${depth} + u32(${oy}) * ${ow}u + u32(${ox})`,
          inside: [
            ...(c.sh > 1 ? [`(${y}) % ${c.sh} == 0`] : []),
            ...(c.sw > 1 ? [`(${x}) % ${c.sw} == 0`] : []),
            below(oy, oh),
            below(ox, ow),
          ],
        };
      },
    },
    place: (i, j) => placeOf(i, j, places, ci, cig),
    plus: () => '',
  });
}

/** dw[co, c, k] = Σ dy[n, co, o] x[n, c, i] over the batch and all places of the window. */
export function convGradWeight(c: Convolution): GroupShader | undefined {
  const { batch, ci, h, w, co, oh, ow, kh, kw, groups } = c;
  const [cig, cog] = [ci / groups, co / groups];
  const places = oh * ow;
  const columns = cig * kh * kw;
  return productShader({
    ...{ batch: groups, m: cog, n: columns, k: batch * places },
    inputs: ['x', 'dy'],
    begin: '',
    a: {
      along: 'depth',
      side: (side, id) => `let from_${id} = at.dy + (batch * ${cog}u + ${side}) * ${places}u;`,
      depth: (depth, id) =>
        `let deep_${id} = ${depth} / ${places}u * ${co * places}u + ${depth} % ${places}u;`,
      cell: (side, depth) => ({ address: `from_${side} + deep_${depth}` }),
    },
    b: {
      along: 'depth',
      side: (side, id) => `let r_${id} = i32(${side} / ${kw}u % ${kh}u * ${c.dh}u) - ${c.ph};
  let s_${id} = i32(${side} % ${kw}u * ${c.dw}u) - ${c.pw};
  let from_${id} = at.x + (batch * ${cig}u + ${side} / ${kh * kw}u) * ${h * w}u;`,
      depth: (depth, id) => `let p_${id} = ${depth} % ${places}u;
let y_${id} = i32(p_${id} / ${ow}u * ${c.sh}u);
let x_${id} = i32(p_${id} % ${ow}u * ${c.sw}u);
let picture_${id} = ${depth} / ${places}u * ${ci * h * w}u;`,
      cell: (side, depth) => ({
        address: `from_${side} + picture_${depth} + u32(y_${depth} + r_${side}) * ${w}u + u32(x_${depth} + s_${side})`,
        inside: inside(c, `y_${depth} + r_${side}`, `x_${depth} + s_${side}`),
      }),
    },
    place: (i, j) => `(batch * ${cog}u + ${i}) * ${columns}u + ${j}`,
    plus: () => '',
  });
}

/** The place in N C H W of channel `i` of the group and of place `j` of the pictures. */
function placeOf(i: string, j: string, places: number, channels: number, perGroup: number): string {
  return `(${j} / ${places}u * ${channels}u + batch * ${perGroup}u + ${i}) * ${places}u + ${j} % ${places}u`;
}

/** How far off a place of the windows' depth is: its row and column, and where its channel of so many places begins. */
function windowOf({ kh, kw, dh, dw }: Params, places: number): Factor['depth'] {
  return (depth, id) => `let r_${id} = i32(${depth} / ${kw}u % ${kh}u * ${dh}u);
let s_${id} = i32(${depth} % ${kw}u * ${dw}u);
let channel_${id} = ${depth} / ${kh * kw}u * ${places}u;`;
}

/** A number below zero, as one without a sign, is larger than any picture. */
const below = (place: string, size: number) => `u32(${place}) < ${size}u`;

/** Whether a place lies in the input, where that is not certain. */
function inside({ h, w, kh, kw, ph, pw, sh, sw, dh, dw, oh, ow }: Params, y: string, x: string): string[] {
  const certain = (
    pad: number,
    out: number,
    stride: number,
    kernel: number,
    dilation: number,
    size: number,
  ) => pad === 0 && (out - 1) * stride + (kernel - 1) * dilation < size;
  return [
    ...(certain(ph, oh, sh, kh, dh, h) ? [] : [below(y, h)]),
    ...(certain(pw, ow, sw, kw, dw, w) ? [] : [below(x, w)]),
  ];
}
