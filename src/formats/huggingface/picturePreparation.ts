/** How pictures become a model's input, as `preprocessor_config.json` of Transformers' processors says it. */
import type { ResizeKernel } from '../../data/image/resize';
import { VitrineError } from '../../model/errors';
import { listed } from '../../model/suggest';
import { named, readConfig } from './folder';

export interface PicturePreparation {
  /** What a picture is resized to: all of it, or its short side, the long one after it. */
  resize: { height: number; width: number } | { short: number } | undefined;
  kernel: ResizeKernel;
  /** The part in the middle that is left, filled up with black where a picture is smaller. */
  crop: { height: number; width: number } | undefined;
  /** What the model is given. */
  height: number;
  width: number;
  /** Values 0 … 255 are multiplied by `scale`; then each channel has its mean subtracted and is divided by its deviation. */
  scale: number;
  mean: readonly number[];
  deviation: readonly number[];
}

export const channels = 3;

/** Pillow's numbers of its filters. */
const kernels: Readonly<Record<number, ResizeKernel>> = { 1: 'lanczos', 2: 'bilinear', 3: 'bicubic' };

/**
 * Without the file, as Transformers' ViTImageProcessor does: to the model's size, to -1 … 1.
 *
 * @param own what the model takes; undefined where it takes pictures of any size.
 * @throws VitrineError bad-file
 */
export async function preparationOf(
  file: string,
  usual: readonly [number, number],
  own: readonly [number, number] | undefined,
): Promise<PicturePreparation> {
  const given = await readConfig(file).catch((e: unknown) => {
    if (e instanceof VitrineError && e.code === 'file-not-found') return {} as Record<string, unknown>;
    throw e;
  });
  const bad = (what: string) => new VitrineError('bad-file', `${named(file)} ${what}`, { at: { file } });
  const { do_rescale: rescales, do_normalize: normalises, rescale_factor: factor } = given;
  const resample = given['resample'] ?? 2;
  const kernel = kernels[resample as number];
  if (!kernel)
    throw bad(
      `resizes by Pillow's method ${JSON.stringify(resample).slice(0, 20)}. Known are ${listed(Object.entries(kernels).map(([k, name]) => `${k} (${name})`))}.`,
    );
  const { resize, crop } = sizesOf(given, usual, bad);
  const [height, width] = crop
    ? [crop.height, crop.width]
    : resize && 'height' in resize
      ? [resize.height, resize.width]
      : [0, 0];
  if (height === 0)
    throw bad('resizes the short side of a picture and cuts nothing out, which gives pictures of any shape.');
  if (own && (own[0] !== height || own[1] !== width))
    throw bad(`makes pictures of ${height} x ${width}, but the model takes ${own[0]} x ${own[1]}.`);
  const three = (key: string): number[] => {
    const list = given[key] ?? [0.5, 0.5, 0.5];
    if (Array.isArray(list) && list.length === channels && list.every(x => Number.isFinite(x))) return list;
    throw bad(`has the ${key} ${JSON.stringify(list)?.slice(0, 60)}. Expected ${channels} numbers.`);
  };
  const deviation = three('image_std');
  if (deviation.includes(0)) throw bad(`divides by an image_std of 0 (${listed(deviation.map(String))}).`);
  return {
    resize,
    kernel,
    crop,
    height,
    width,
    scale: rescales === false ? 1 : typeof factor === 'number' && Number.isFinite(factor) ? factor : 1 / 255,
    mean: normalises === false ? [0, 0, 0] : three('image_mean'),
    deviation: normalises === false ? [1, 1, 1] : deviation,
  };
}

/** Sizes by what they are called; processors name them in their own ways. */
function sizesOf(
  given: Readonly<Record<string, unknown>>,
  usual: readonly [number, number],
  bad: (what: string) => VitrineError,
): Pick<PicturePreparation, 'resize' | 'crop'> {
  const { size, crop_size: cropped } = given;
  const kind = String(given['image_processor_type'] ?? given['feature_extractor_type'] ?? '');
  const { shortest_edge: edge } = (size ?? {}) as { shortest_edge?: unknown };
  const isShort = edge !== undefined || (typeof size === 'number' && /^(CLIP|Bit|ConvNext)/.test(kind));
  const short = edge ?? size;
  if (isShort && !isSide(short)) throw bad(`has the size ${JSON.stringify(size)?.slice(0, 60)}.`);
  const square = (side: number) => ({ height: side, width: side });
  if (/^ConvNext/.test(kind) && isShort && isSide(short)) {
    // Small pictures are cut out of somewhat larger ones.
    if (short >= 384) return { resize: square(short), crop: undefined };
    const share = typeof given['crop_pct'] === 'number' ? given['crop_pct'] : 224 / 256;
    const larger = Math.trunc(short / share);
    if (!isSide(larger)) throw bad(`has the crop_pct ${share}.`);
    return { resize: { short: larger }, crop: square(short) };
  }
  const whole = size === undefined ? usual : sizeOf(size);
  if (!isShort && !whole) throw bad(`has the size ${JSON.stringify(size)?.slice(0, 60)}.`);
  const crop =
    given['do_center_crop'] === true ||
    (isShort && given['do_center_crop'] !== false && cropped !== undefined)
      ? sizeOf(cropped ?? [...usual])
      : undefined;
  if (given['do_center_crop'] === true && !crop)
    throw bad(`cuts out ${JSON.stringify(cropped)?.slice(0, 60)}. Expected a height and a width.`);
  return {
    resize:
      given['do_resize'] === false
        ? undefined
        : isShort
          ? { short: short as number }
          : { height: whole![0], width: whole![1] },
    crop: crop && { height: crop[0], width: crop[1] },
  };
}

function isSide(x: unknown): x is number {
  return Number.isSafeInteger(x) && (x as number) > 0 && (x as number) <= 4096;
}

/** A size as configurations write it: one number, two, or by name. */
export function sizeOf(size: unknown): [number, number] | undefined {
  const { height, width } = (size ?? {}) as { height?: unknown; width?: unknown };
  const pair = Array.isArray(size) ? size : typeof size === 'number' ? [size, size] : [height, width];
  const [h, w] = pair;
  return pair.length === 2 && isSide(h) && isSide(w) ? [h, w] : undefined;
}
