/** From attributions and pixels of any layout to what a canvas draws. */
import { diverging, negative, positive, type Rgb } from './colours';

export interface Plane {
  height: number;
  width: number;
  /** Row-major, height × width. */
  values: Float32Array;
}

/** [H, W], [C, H, W] or a flat square picture -> sizes; undefined for what is no picture. */
export function imageSizes(
  shape: readonly number[],
): { channels: number; height: number; width: number } | undefined {
  if (shape.length === 2) return { channels: 1, height: shape[0]!, width: shape[1]! };
  if (shape.length === 3) return { channels: shape[0]!, height: shape[1]!, width: shape[2]! };
  if (shape.length === 1) {
    const side = Math.sqrt(shape[0]!);
    if (Number.isInteger(side) && side > 1) return { channels: 1, height: side, width: side };
  }
  return undefined;
}

/** Attribution per pixel: the sum over its channels, which keeps the total. Undefined if the sizes do not agree. */
export function sumChannels(values: ArrayLike<number>, shape: readonly number[]): Plane | undefined {
  const sizes = imageSizes(shape);
  if (!sizes || values.length !== sizes.channels * sizes.height * sizes.width) return undefined;
  const area = sizes.height * sizes.width;
  const out = new Float32Array(area);
  for (let i = 0; i < values.length; i++) out[i % area]! += values[i]!;
  return { height: sizes.height, width: sizes.width, values: out };
}

/**
 * The magnitude that full colour stands for: a high percentile of |value|, so that a single pixel does not wash out
 * the rest. 0 only if all are 0.
 */
export function heatScale(values: ArrayLike<number>, percentile = 0.995): number {
  const sizes = Array.from(values, Math.abs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (sizes.length === 0) return 0;
  const at = sizes[Math.min(sizes.length - 1, Math.ceil(percentile * sizes.length) - 1)]!;
  return at > 0 ? at : sizes[sizes.length - 1]!;
}

/** Pixels 0 … 1 in planes (C, H, W) -> RGBA bytes. One channel is grey, three are red, green, blue; two more are cut. */
export function picture(
  pixels: ArrayLike<number>,
  shape: readonly number[],
): { height: number; width: number; data: Uint8ClampedArray<ArrayBuffer> } | undefined {
  const sizes = imageSizes(shape);
  if (!sizes || pixels.length !== sizes.channels * sizes.height * sizes.width) return undefined;
  const area = sizes.height * sizes.width;
  const data = new Uint8ClampedArray(area * 4);
  const colour = sizes.channels >= 3;
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) data[4 * i + c] = Math.round(255 * pixels[colour ? c * area + i : i]!);
    data[4 * i + 3] = 255;
  }
  return { height: sizes.height, width: sizes.width, data };
}

/**
 * The heatmap alone: orange speaks for the target, blue against it, the stronger the more opaque. Drawn over the
 * picture with the reader's opacity.
 */
export function heatPixels(plane: Plane, scale = heatScale(plane.values)): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(plane.values.length * 4);
  plane.values.forEach((v, i) => {
    const t = scale > 0 ? Math.min(Math.abs(v) / scale, 1) : 0;
    const c: Rgb = v < 0 ? negative : positive;
    data.set([c[0], c[1], c[2], Math.round(255 * t ** 0.7)], 4 * i);
  });
  return data;
}

/** The heatmap without a picture beneath it, on a neutral middle. */
export function heatAlone(
  plane: Plane,
  middle: Rgb,
  scale = heatScale(plane.values),
): Uint8ClampedArray<ArrayBuffer> {
  const data = new Uint8ClampedArray(plane.values.length * 4);
  plane.values.forEach((v, i) => {
    const c = diverging(scale > 0 ? Math.sign(v) * Math.min(Math.abs(v) / scale, 1) ** 0.7 : 0, middle);
    data.set([c[0], c[1], c[2], 255], 4 * i);
  });
  return data;
}
