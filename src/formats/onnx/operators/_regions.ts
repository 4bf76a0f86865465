/** Regions of feature maps as maps of one size: https://onnx.ai/onnx/operators/onnx__RoiAlign.html */
import type { Numbers } from '../translation';

export interface RegionOptions {
  height: number;
  width: number;
  /** Of image to feature map. */
  scale: number;
  /** Samples a bin along each axis; as many as a region needs where it is 0. */
  samples: number;
  max: boolean;
  /** Pixels are asked for at their middles. */
  halfPixel: boolean;
}

/** Where a sample lies along an axis: two neighbours and what each counts. */
interface Place {
  low: number;
  high: number;
  part: number;
}

/** Nothing where it is more than one pixel outside. */
function placeOf(at: number, size: number): Place | undefined {
  if (at < -1 || at > size) return undefined;
  const x = Math.max(at, 0);
  const low = Math.min(Math.floor(x), size - 1);
  return low >= size - 1 ? { low, high: low, part: 0 } : { low, high: low + 1, part: x - low };
}

/** Samples of each bin along an axis. */
function binsOf(start: number, length: number, bins: number, samples: number, size: number) {
  const step = length / bins;
  return Array.from({ length: bins }, (_, b) =>
    Array.from({ length: samples }, (_, s) => placeOf(start + b * step + ((s + 0.5) * step) / samples, size)),
  );
}

/**
 * @param x [images, channels, rows, columns]
 * @param regions [regions, 4] as (x1, y1, x2, y2)
 * @param images [regions]: which image each is of
 * @returns [regions, channels, height, width]
 */
export function alignedRegions(x: Numbers, regions: Numbers, images: Numbers, o: RegionOptions): Numbers {
  const [, channels = 0, rows = 0, columns = 0] = x.shape;
  const count = regions.shape[0] ?? 0;
  const out = new Float32Array(count * channels * o.height * o.width);
  const shift = o.halfPixel ? 0.5 : 0;
  for (let r = 0; r < count; r++) {
    const [x1, y1, x2, y2] = [0, 1, 2, 3].map(
      k => Math.fround(regions.values[r * 4 + k]!) * o.scale - shift,
    ) as [number, number, number, number];
    // Without the half pixel a region covers one pixel at least.
    const across = o.halfPixel ? x2 - x1 : Math.max(x2 - x1, 1);
    const down = o.halfPixel ? y2 - y1 : Math.max(y2 - y1, 1);
    const sx = o.samples > 0 ? o.samples : Math.max(Math.ceil(across / o.width), 0);
    const sy = o.samples > 0 ? o.samples : Math.max(Math.ceil(down / o.height), 0);
    const ys = binsOf(y1, down, o.height, sy, rows);
    const xs = binsOf(x1, across, o.width, sx, columns);
    for (let c = 0; c < channels; c++) {
      const map = (images.values[r]! * channels + c) * rows * columns;
      const to = (r * channels + c) * o.height * o.width;
      for (let i = 0; i < o.height; i++)
        for (let j = 0; j < o.width; j++)
          out[to + i * o.width + j] = binOf(x.values, map, columns, ys[i]!, xs[j]!, o.max);
    }
  }
  return { dtype: x.dtype, shape: [count, channels, o.height, o.width], values: out };
}

function binOf(
  values: ArrayLike<number>,
  map: number,
  columns: number,
  ys: readonly (Place | undefined)[],
  xs: readonly (Place | undefined)[],
  max: boolean,
): number {
  let sum = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (const y of ys)
    for (const x of xs) {
      // In the order of their weights: (1 - y)(1 - x), (1 - y) x, y (1 - x), y x.
      const parts =
        y && x
          ? [
              (1 - y.part) * (1 - x.part) * values[map + y.low * columns + x.low]!,
              (1 - y.part) * x.part * values[map + y.low * columns + x.high]!,
              y.part * (1 - x.part) * values[map + y.high * columns + x.low]!,
              y.part * x.part * values[map + y.high * columns + x.high]!,
            ]
          : [0, 0, 0, 0];
      sum += parts[0]! + parts[1]! + parts[2]! + parts[3]!;
      // The largest of the weighted neighbours, not of their sums: so it is computed, and so the tests have it.
      most = Math.max(most, ...parts);
    }
  const samples = ys.length * xs.length;
  if (max) return samples > 0 ? most : 0;
  return sum / Math.max(samples, 1);
}
