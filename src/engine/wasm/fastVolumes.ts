/** Convolutions over three axes (assembly/volume.ts). */
import { type FastKernelDefinition, gemmScratchBytes, type Params, pick } from './fastKernel';

/** As `CHANNELS` in assembly/volume.ts. */
const CHANNELS = 8;

const volumeNames = [
  'ci',
  'co',
  'd',
  'h',
  'w',
  'od',
  'oh',
  'ow',
  'kd',
  'kh',
  'kw',
  'sd',
  'sh',
  'sw',
  'pd',
  'ph',
  'pw',
  'dd',
  'dh',
  'dw',
] as const;

const windowOf = (p: Params): number => p['kd']! * p['kh']! * p['kw']!;
const placesOf = (p: Params): number => p['od']! * p['oh']! * p['ow']!;
const blocksOf = (p: Params): number => p['groups']! * Math.ceil(p['ci']! / p['groups']! / CHANNELS);

/** Output places of which the patches are laid out at once: as many as stay in the second-level cache. */
function chunkOf(p: Params, channels: number): number {
  const most = Math.floor(2 ** 16 / (channels * windowOf(p)) / 16) * 16;
  return Math.max(16, Math.min(512, most));
}

const channelsOf = (p: Params): number => p['ci']! / p['groups']!;

/** Columns of so many channels, and what assembly/gemm.ts lays out. */
function scratch(p: Params, channels: number): number {
  const chunk = chunkOf(p, channels);
  const sizes = [channels * windowOf(p), p['co']!, channelsOf(p), chunk];
  const most = Math.max(...sizes);
  return 4 * (channels * windowOf(p) * chunk + 4) + gemmScratchBytes(most, most, most);
}

const operations = (p: Params): number =>
  (2 * p['batch']! * placesOf(p) * p['co']! * p['ci']! * windowOf(p)) / p['groups']!;

function volume(
  channels: (p: Params) => number,
  units: (p: Params) => number,
  bind: FastKernelDefinition['bind'],
): FastKernelDefinition {
  return {
    units,
    cost: p => operations(p) / Math.max(1, units(p)),
    scratchBytes: p => scratch(p, channels(p)),
    bind,
  };
}

/** Params are the sizes by their usual names, `groups` and `batch`. */
export const volumeKernels: Readonly<Record<string, FastKernelDefinition>> = {
  /** Inputs x [n, ci, d, h, w], weight, optional bias. */
  volumeForward: volume(
    channelsOf,
    p => p['batch']! * Math.ceil(placesOf(p) / chunkOf(p, channelsOf(p))),
    (native, at, p) => {
      const f = native['volumeForward']!;
      const [x, weight, bias = 0] = at.inputs as [number, number, number?];
      const sizes = [chunkOf(p, channelsOf(p)), p['groups']!, ...pick(p, volumeNames)];
      return (lo, hi, work) => f(x, weight, bias, at.output, ...sizes, lo, hi, work);
    },
  ),
  /** Inputs dy, weight. */
  volumeGradInput: volume(
    () => CHANNELS,
    p => p['batch']! * blocksOf(p),
    (native, at, p) => {
      const f = native['volumeGradInput']!;
      const [dy, weight] = at.inputs as [number, number];
      const sizes = [chunkOf(p, CHANNELS), p['groups']!, ...pick(p, volumeNames)];
      return (lo, hi, work) => f(dy, weight, at.output, ...sizes, lo, hi, work);
    },
  ),
  /** Inputs x, dy. */
  volumeGradWeight: volume(
    () => CHANNELS,
    blocksOf,
    (native, at, p) => {
      const f = native['volumeGradWeight']!;
      const [x, dy] = at.inputs as [number, number];
      const sizes = [chunkOf(p, CHANNELS), p['groups']!, p['batch']!, ...pick(p, volumeNames)];
      return (lo, hi, work) => f(x, dy, at.output, ...sizes, lo, hi, work);
    },
  ),
};
