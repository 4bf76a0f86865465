/**
 * Quick shift (Vedaldi and Soatto 2008, "Quick Shift and Kernel Methods for Mode Seeking"): each pixel hangs on the
 * nearest one in a denser place of colour and plane; trees whose links are too long fall apart into parts.
 */
import { Random } from '../../model/random';
import type { Picture } from './colour';

export interface QuickShift {
  /** Width of the window in which density is measured. */
  kernel: number;
  /** Longest link within a part. */
  reach: number;
  /** How much the colour counts against the place. */
  ratio: number;
  seed: number;
}

/** What LIME takes for pictures. */
export const limeQuickShift: Omit<QuickShift, 'seed'> = { kernel: 4, reach: 200, ratio: 0.2 };

/** @returns the part of each pixel, from 0. */
export function quickshift(picture: Picture, { kernel, reach, ratio, seed }: QuickShift): Int32Array {
  const { height, width, channels } = picture;
  const data = picture.data.map(v => v * ratio);
  const around = Math.ceil(3 * kernel);
  const random = new Random(seed, 'quickshift');
  // Places of equal density need an order too.
  const density = Float64Array.from({ length: height * width }, () => random.normal(0, 1e-5));
  const apart = (i: number, j: number, dy: number, dx: number) => {
    let d = dy * dy + dx * dx;
    for (let c = 0; c < channels; c++) d += (data[i * channels + c]! - data[j * channels + c]!) ** 2;
    return d;
  };
  const neighbours = (i: number, each: (j: number, squared: number) => void) => {
    const [y, x] = [Math.floor(i / width), i % width];
    const [right, bottom] = [Math.min(x + around + 1, width), Math.min(y + around + 1, height)];
    for (let v = Math.max(0, y - around); v < bottom; v++)
      for (let u = Math.max(0, x - around); u < right; u++)
        each(v * width + u, apart(i, v * width + u, y - v, x - u));
  };
  for (let i = 0; i < density.length; i++)
    neighbours(i, (_, d) => {
      density[i]! += Math.exp((-0.5 * d) / (kernel * kernel));
    });
  const parent = Int32Array.from(density, (own, i) => {
    let closest = Number.POSITIVE_INFINITY;
    let found = i;
    neighbours(i, (j, d) => {
      if (density[j]! <= own || d >= closest) return;
      closest = d;
      found = j;
    });
    return Math.sqrt(closest) > reach ? i : found;
  });
  const names = new Map<number, number>();
  const root = (i: number) => {
    let at = i;
    while (parent[at] !== at) at = parent[at]!;
    return at;
  };
  const roots = Array.from(parent, (_, i) => root(i));
  for (const r of [...new Set(roots)].sort((a, b) => a - b)) names.set(r, names.size);
  return Int32Array.from(roots, r => names.get(r)!);
}
