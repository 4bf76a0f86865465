/**
 * Convolutions (assembly/conv.ts, convWeight.ts, patches.ts, depthwise.ts): how their work is split, and which of the schemes does it.
 */
import { type FastKernelDefinition, type Params, pick } from './fastKernel';

const convNames = [
  'ci',
  'h',
  'w',
  'co',
  'oh',
  'ow',
  'kh',
  'kw',
  'sh',
  'sw',
  'ph',
  'pw',
  'dh',
  'dw',
  'groups',
] as const;

/** Those of a convolution with one group. */
const patchNames = convNames.filter(n => n !== 'groups');

/**
 * Images of so few pixels are too short for shifted runs: their patches are gathered into a product over several
 * samples. Gathering pays where enough filters read each patch. Measured: docs/engine.md.
 */
function isSmallImage(p: Params): boolean {
  return p['groups'] === 1 && p['oh']! * p['ow']! <= 100 && p['co']! >= 16;
}

/** The gradient of the input adds each patch to the image, which pays where it is a sum over many filters. */
function scattersInput(p: Params): boolean {
  return p['groups'] === 1 && p['oh']! * p['ow']! <= 256 && p['co']! >= 64;
}

/** Into how many parts the channels of one sample are split: batches have enough samples to share out. */
function convParts(p: Params, channels: string): number {
  return p['batch']! >= 8 ? 1 : Math.max(1, Math.min(8, Math.floor(p[channels]! / p['groups']! / 8)));
}

/** Whether a product is split by rows rather than by samples: the side that is shorter is packed by each thread. */
function patchRows(p: Params, rows: string): boolean {
  return p[rows]! >= p['batch']! * p['oh']! * p['ow']!;
}

/** Rows and columns of the images that `spread` makes. */
function spreadSizes(p: Params): { hq: number; wq: number; top: number; left: number } {
  const [oh, ow, kh, kw, sh, sw, dh, dw] = pick(p, ['oh', 'ow', 'kh', 'kw', 'sh', 'sw', 'dh', 'dw']);
  const [top, left] = [Math.floor(((kh - 1) * dh) / sh), Math.floor(((kw - 1) * dw) / sw)];
  return { hq: oh + top + 1, wq: ow + left + 1, top, left };
}

/** What assembly/conv.ts lays out in its scratch memory, at most. */
function convScratch(p: Params): number {
  const { hq, wq, top, left } = spreadSizes(p);
  const [ci, co, oh, kh, kw, sh, sw, groups] = pick(p, ['ci', 'co', 'oh', 'kh', 'kw', 'sh', 'sw', 'groups']);
  const [cig, cog] = [ci / groups, co / groups];
  const window = kh * kw;
  const forward = cig * window + co * cig * window + cog * 544 + cig * sh * sw * hq * wq;
  const gradInput = cog * window + ci * cog * window + cig * 544 + cog * (hq + top) * (wq + left);
  const gradWeight = (1 + cog * 4) * (cig * window + 4) + cog * (oh * wq + 4) + cig * sh * sw * hq * wq;
  return 4 * (Math.max(forward, gradInput, gradWeight) + 256);
}

/** What assembly/patches.ts lays out, at most. */
function patchScratch(p: Params): number {
  const { hq, wq } = spreadSizes(p);
  const [ci, co, oh, ow, kh, kw, sh, sw] = pick(p, ['ci', 'co', 'oh', 'ow', 'kh', 'kw', 'sh', 'sw']);
  const window = kh * kw;
  const pixels = oh * ow;
  const most = Math.max(1, Math.floor(256 / pixels));
  const wide = most * pixels + 16;
  const images = most * (ci * sh * sw * hq * wq + 68);
  const forward = ci * window + wide + 128 * 256 + wide * 256 + (co + 4) * wide + images;
  const rows = Math.max(128, window) + 4;
  const gradInput = wide + co + rows * 256 + wide * (co + 256) + rows * wide;
  const gradWeight = ci * window + wide + 128 * wide + 272 * wide + 96 + images;
  return 4 * (Math.max(forward, gradInput, gradWeight) + 256);
}

/** Floating-point operations. */
function convCost(p: Params): number {
  return p['batch']! * 2 * p['co']! * (p['ci']! / p['groups']!) * p['kh']! * p['kw']! * p['oh']! * p['ow']!;
}

/** A definition whose units and cost follow from how many units there are. */
function shared(
  units: (p: Params) => number,
  scratchBytes: (p: Params) => number,
  bind: FastKernelDefinition['bind'],
): FastKernelDefinition {
  return { units, cost: p => convCost(p) / Math.max(1, units(p)), scratchBytes, bind };
}

/** One of two definitions, chosen by the sizes. */
function either(
  first: (p: Params) => boolean,
  a: FastKernelDefinition,
  b: FastKernelDefinition,
): FastKernelDefinition {
  const of = (p: Params) => (first(p) ? a : b);
  return {
    units: p => of(p).units(p),
    cost: p => of(p).cost(p),
    scratchBytes: p => of(p).scratchBytes(p),
    bind: (native, at, p) => of(p).bind(native, at, p),
  };
}

/**
 * Whether each filter sees one channel, and each channel one filter. Where strides make the shifted runs shorter (forward),
 * or there is no stride (the input's gradient), the other scheme is as fast or faster: measured.
 */
function isDepthwise(p: Params): boolean {
  return p['groups'] === p['ci'] && p['ci'] === p['co'];
}

const depthNames = ['h', 'w', 'oh', 'ow', 'kh', 'kw', 'sh', 'sw', 'ph', 'pw', 'dh', 'dw'] as const;

/** What assembly/depthwise.ts lays out, at most. */
function depthScratch(p: Params): number {
  const [h, w, oh, ow, kh, kw, sh, , , , dh, dw] = pick(p, depthNames);
  const [high, wide] = [(kh - 1) * dh + 1, (kw - 1) * dw + 1];
  const forward = ((oh - 1) * sh + high) * (ow + wide + 16);
  const gradInput = (h + high) * (w + wide + 16);
  return 4 * (Math.max(forward, gradInput) + 6 * kh * kw + 64);
}

/** Params are the sizes by their usual names, and `batch`. */
export const convolutionKernels: Readonly<Record<string, FastKernelDefinition>> = {
  /** Inputs x [n, ci, h, w], weight, optional bias. */
  convForward: either(
    p => isDepthwise(p) && p['sw'] === 1,
    shared(
      p => p['batch']! * p['ci']!,
      depthScratch,
      (native, at, p) => {
        const f = native['depthForward']!;
        const [x, weight, bias = 0] = at.inputs as [number, number, number?];
        const sizes = [
          p['ci']!,
          ...pick(
            p,
            depthNames.filter(n => n !== 'sw'),
          ),
        ];
        return (lo, hi, work) => f(x, weight, bias, at.output, ...sizes, lo, hi, work);
      },
    ),
    either(
      isSmallImage,
      shared(
        p => (patchRows(p, 'co') ? Math.ceil(p['co']! / 4) : p['batch']!),
        patchScratch,
        (native, at, p) => {
          const f = native['patchForward']!;
          const [x, weight, bias = 0] = at.inputs as [number, number, number?];
          const sizes = [p['batch']!, ...pick(p, patchNames), patchRows(p, 'co') ? 1 : 0];
          return (lo, hi, work) => f(x, weight, bias, at.output, ...sizes, lo, hi, work);
        },
      ),
      shared(
        p => p['batch']! * convParts(p, 'co'),
        convScratch,
        (native, at, p) => {
          const f = native['convForward']!;
          const [x, weight, bias = 0] = at.inputs as [number, number, number?];
          const sizes = [...pick(p, convNames), convParts(p, 'co')];
          return (lo, hi, work) => f(x, weight, bias, at.output, ...sizes, lo, hi, work);
        },
      ),
    ),
  ),
  /** Inputs dy, weight. */
  convGradInput: either(
    p => isDepthwise(p) && p['sh']! * p['sw']! > 1,
    shared(
      p => p['batch']! * p['ci']!,
      depthScratch,
      (native, at, p) => {
        const f = native['depthGradInput']!;
        const [dy, weight] = at.inputs as [number, number];
        const sizes = [p['ci']!, ...pick(p, depthNames)];
        return (lo, hi, work) => f(dy, weight, at.output, ...sizes, lo, hi, work);
      },
    ),
    either(
      scattersInput,
      shared(
        p => (patchRows(p, 'ci') ? p['ci']! : p['batch']!),
        patchScratch,
        (native, at, p) => {
          const f = native['patchGradInput']!;
          const [dy, weight] = at.inputs as [number, number];
          const sizes = [p['batch']!, ...pick(p, patchNames), patchRows(p, 'ci') ? 1 : 0];
          return (lo, hi, work) => f(dy, weight, at.output, ...sizes, lo, hi, work);
        },
      ),
      shared(
        p => p['batch']! * convParts(p, 'ci'),
        convScratch,
        (native, at, p) => {
          const f = native['convGradInput']!;
          const [dy, weight] = at.inputs as [number, number];
          const sizes = [...pick(p, convNames), convParts(p, 'ci')];
          return (lo, hi, work) => f(dy, weight, at.output, ...sizes, lo, hi, work);
        },
      ),
    ),
  ),
  /** Inputs x, dy. */
  convGradWeight: either(
    isSmallImage,
    shared(
      p => Math.ceil((p['ci']! * p['kh']! * p['kw']!) / 16),
      patchScratch,
      (native, at, p) => {
        const f = native['patchGradWeight']!;
        const [x, dy] = at.inputs as [number, number];
        const sizes = [p['batch']!, ...pick(p, patchNames)];
        return (lo, hi, work) => f(x, dy, at.output, ...sizes, lo, hi, work);
      },
    ),
    shared(
      p => Math.ceil(((p['ci']! / p['groups']!) * p['kh']! * p['kw']!) / 4),
      convScratch,
      (native, at, p) => {
        const f = native['convGradWeight']!;
        const [x, dy] = at.inputs as [number, number];
        const sizes = [p['batch']!, ...pick(p, convNames)];
        return (lo, hi, work) => f(x, dy, at.output, ...sizes, lo, hi, work);
      },
    ),
  ),
};
