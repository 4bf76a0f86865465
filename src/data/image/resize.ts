/** Scaling pictures. */
import { toEven } from '../../model/rounding';
import type { Picture } from './decode';

/** How a picture of another shape becomes one of the model's: stretched, or its middle cut out. */
export type Fit = 'stretch' | 'crop';

/** A part of a picture, in pixels. */
export interface Part {
  top: number;
  left: number;
  height: number;
  width: number;
}

export interface PictureSize {
  channels: 1 | 3;
  height: number;
  width: number;
  fit: Fit;
  /** With `crop`: pixels of the short side before the middle is cut out, at least height and width. */
  short?: number;
  /** As Pillow resizes pictures, whose pixels are whole numbers after each direction; if left out, as PyTorch does. */
  kernel?: ResizeKernel;
}

/** What a pixel is made of its neighbours by. */
export type ResizeKernel = 'bilinear' | 'bicubic' | 'lanczos';

/**
 * A picture as planes [channels, height, width] of 0 … 255. One channel is the luma of ITU-R BT.601
 * (0.299 R + 0.587 G + 0.114 B), as Pillow's "L"; transparency is dropped, as by torchvision's ImageFolder.
 */
export function planes(picture: Picture, size: PictureSize): Float32Array {
  const { channels, height, width, fit, short, kernel } = size;
  const { data } = picture;
  const from = fit === 'crop' && short === undefined ? middle(picture, height, width) : whole(picture);
  const scaled = short === undefined ? { height, width } : shortened(picture, short);
  const out = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++) {
    const plane = new Float32Array(from.width * from.height);
    for (let y = 0, i = 0; y < from.height; y++) {
      for (let x = 0; x < from.width; x++, i++) {
        const at = ((from.top + y) * picture.width + from.left + x) * 4;
        plane[i] =
          channels === 1 ? 0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]! : data[at + c]!;
      }
    }
    const resized = resize(plane, from.height, from.width, scaled.height, scaled.width, kernel);
    out.set(cutOut(resized, scaled, height, width), c * height * width);
  }
  return out;
}

/** As torchvision's Resize of one number: the long side keeps the shape, its fraction is dropped. */
function shortened({ height, width }: Picture, short: number): { height: number; width: number } {
  const long = Math.trunc((short * Math.max(height, width)) / Math.min(height, width));
  return height <= width ? { height: short, width: long } : { height: long, width: short };
}

/** torchvision's CenterCrop: half of an odd rest goes as Python rounds it. */
function cutOut(
  plane: Float32Array,
  from: { height: number; width: number },
  height: number,
  width: number,
): Float32Array {
  if (from.height === height && from.width === width) return plane;
  const [top, left] = [toEven((from.height - height) / 2), toEven((from.width - width) / 2)];
  return partOf(plane, from.width, { top, left, height, width });
}

/** @param across the plane's width. */
export function partOf(
  plane: Float32Array,
  across: number,
  { top, left, height, width }: Part,
): Float32Array {
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const at = (top + y) * across + left;
    out.set(plane.subarray(at, at + width), y * width);
  }
  return out;
}

function whole({ width, height }: Picture): Part {
  return { top: 0, left: 0, width, height };
}

/** The largest part in the middle that has the shape wanted. */
function middle(picture: Picture, height: number, width: number): Part {
  const scale = Math.min(picture.width / width, picture.height / height);
  const w = Math.max(1, Math.min(picture.width, Math.round(width * scale)));
  const h = Math.max(1, Math.min(picture.height, Math.round(height * scale)));
  return { top: (picture.height - h) >> 1, left: (picture.width - w) >> 1, width: w, height: h };
}

/** The middle of planes, filled up with zeros where they are smaller: `center_crop` of Transformers' processors. */
export function centred(
  planes: Float32Array,
  channels: number,
  from: { height: number; width: number },
  { height, width }: { height: number; width: number },
): Float32Array {
  const top = Math.floor((from.height - height) / 2);
  const left = Math.floor((from.width - width) / 2);
  const out = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++)
    for (let y = Math.max(0, -top); y < Math.min(height, from.height - top); y++)
      for (let x = Math.max(0, -left); x < Math.min(width, from.width - left); x++)
        out[(c * height + y) * width + x] = planes[(c * from.height + top + y) * from.width + left + x]!;
  return out;
}

/**
 * Bilinear, with the filter widened when the plane shrinks so that nothing between the samples is lost: what
 * F.interpolate(mode="bilinear", antialias=True) and Pillow's BILINEAR compute.
 *
 * @param kernel another one, with pixels rounded to bytes after each direction, as Pillow's are.
 */
export function resize(
  plane: Float32Array,
  height: number,
  width: number,
  toHeight: number,
  toWidth: number,
  kernel?: ResizeKernel,
): Float32Array {
  const across = filter(width, toWidth, kernel);
  const down = filter(height, toHeight, kernel);
  const kept = kernel
    ? (x: number) => Math.max(0, Math.min(255, Math.floor((x + one / 2) / one)))
    : (x: number) => x;
  const half = new Float32Array(height * toWidth);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < toWidth; x++) {
      const { start, weights } = across[x]!;
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * plane[y * width + start + k]!;
      half[y * toWidth + x] = kept(sum);
    }
  const out = new Float32Array(toHeight * toWidth);
  for (let y = 0; y < toHeight; y++) {
    const { start, weights } = down[y]!;
    for (let x = 0; x < toWidth; x++) {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * half[(start + k) * toWidth + x]!;
      out[y * toWidth + x] = kept(sum);
    }
  }
  return out;
}

/** Half the width of each kernel, and its value at a distance. */
const kernels: Readonly<Record<ResizeKernel, { support: number; at(x: number): number }>> = {
  bilinear: { support: 1, at: x => Math.max(0, 1 - Math.abs(x)) },
  // Keys (1981) with a = -0.5.
  bicubic: {
    support: 2,
    at: x => {
      const d = Math.abs(x);
      if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
      return d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
    },
  },
  lanczos: { support: 3, at: x => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

function filter(from: number, to: number, kernel?: ResizeKernel): { start: number; weights: number[] }[] {
  const { support: half, at } = kernels[kernel ?? 'bilinear'];
  const scale = Math.max(1, from / to);
  const support = half * scale;
  return Array.from({ length: to }, (_, i) => {
    const centre = ((i + 0.5) * from) / to;
    const start = Math.max(0, Math.floor(centre - support + 0.5));
    const end = Math.min(from, Math.floor(centre + support + 0.5));
    const weights: number[] = [];
    for (let k = start; k < end; k++) weights.push(at((k + 0.5 - centre) / scale));
    const sum = weights.reduce((a, b) => a + b, 0);
    const share = kernel
      ? (w: number) => Math.sign(w) * Math.floor((Math.abs(w) / sum) * one + 0.5)
      : (w: number) => w / sum;
    return { start, weights: weights.map(share) };
  });
}

/** Pillow's weights are whole numbers of 22 bits. */
const one = 2 ** 22;
