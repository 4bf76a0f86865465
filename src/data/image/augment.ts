/**
 * Altered copies of training pictures, by the transforms of torchvision and with their names and defaults. Pictures are
 * planes [channels, height, width], 0 to 1; videos [channels, frames, height, width], all frames altered alike. Boxes go
 * where what they surround goes.
 */
import { type Static, type TInteger, type TNumber, Type } from '@sinclair/typebox';
import { Random } from '../../model/random';
import { toEven } from '../../model/rounding';
import type { Box } from '../boxes/grid';
import { type Part, partOf, resize } from './resize';

const probability = (p: number) =>
  Type.Number({ minimum: 0, maximum: 1, default: p, description: 'How often.' });
const strength = (what: string) =>
  Type.Number({
    minimum: 0,
    maximum: 100,
    default: 0,
    description: `${what} is multiplied by a factor between 1 - this and 1 + this.`,
  });
const transform = <N extends string, P extends Record<string, TNumber | TInteger>>(
  name: N,
  description: string,
  fields: P,
) => Type.Object({ name: Type.Literal(name, { description }), ...fields }, { additionalProperties: false });

const kinds = [
  transform('RandomHorizontalFlip', 'Left and right change places.', { p: probability(0.5) }),
  transform('RandomVerticalFlip', 'Top and bottom change places.', { p: probability(0.5) }),
  transform('RandomCrop', 'Moved by up to `padding` pixels in each direction; what is laid bare is black.', {
    padding: Type.Integer({ minimum: 1, maximum: 1024, default: 4, description: 'Pixels.' }),
  }),
  transform(
    'RandomResizedCrop',
    'A part by chance, from 3 : 4 to 4 : 3 of its shape, made as large as the picture that the model sees.',
    {
      smallest: Type.Number({
        minimum: 0.01,
        maximum: 1,
        default: 0.08,
        description: 'The least share of the picture that a part has.',
      }),
    },
  ),
  transform('RandomRotation', 'Turned by up to so many degrees to either side.', {
    degrees: Type.Number({ minimum: 0, maximum: 180, default: 10, description: 'Degrees.' }),
  }),
  transform('ColorJitter', 'Brightness, contrast and saturation changed, in an order by chance.', {
    brightness: strength('Brightness'),
    contrast: strength('Contrast'),
    saturation: strength('Saturation'),
  }),
  transform('RandomErasing', 'A rectangle is black, of 2 to 33 % of the picture.', { p: probability(0.5) }),
];

export const augmentSchema = Type.Optional(
  Type.Array(Type.Union(kinds), {
    maxItems: 32,
    description:
      'How training pictures are altered, by chance and in this order, anew in each epoch. Validation, test and prediction see them as they are.',
  }),
);

type Loose = { readonly name: string } & Readonly<Record<string, number | string | undefined>>;
export type Augmentation = readonly Static<(typeof kinds)[number]>[];

export interface PlaneSize {
  channels: number;
  /** Of videos: each channel has so many planes. */
  frames?: number;
  height: number;
  width: number;
}

/** Where a place goes, in pixels from the picture's corner. */
type Move = (x: number, y: number) => readonly [x: number, y: number];

/** Of flip, shift and rotate below. */
export const moves = {
  horizontal:
    ({ width }: PlaneSize): Move =>
    (x, y) => [width - x, y],
  vertical:
    ({ height }: PlaneSize): Move =>
    (x, y) => [x, height - y],
  shift:
    (top: number, left: number): Move =>
    (x, y) => [x - left, y - top],
  part:
    (size: PlaneSize, { top, left, height, width }: Part): Move =>
    (x, y) => [((x - left) * size.width) / width, ((y - top) * size.height) / height],
  rotate({ width, height }: PlaneSize, degrees: number): Move {
    const angle = (degrees * Math.PI) / 180;
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    return (x, y) => {
      const [dx, dy] = [x - width / 2, y - height / 2];
      return [cos * dx + sin * dy + width / 2, cos * dy - sin * dx + height / 2];
    };
  },
};

/** All of them, one after the other. @returns a new picture */
export function augment(
  picture: Float32Array,
  size: PlaneSize,
  transforms: Augmentation,
  random: Random,
): Float32Array {
  return augmentBoxes(picture, [], size, transforms, random).picture;
}

/** A box of which less than this share is still on the picture is left out. */
const leastSeen = 0.25;

/** The same with boxes: each becomes the one around its moved corners, cut at the picture's edges. */
export function augmentBoxes(
  picture: Float32Array,
  boxes: readonly Box[],
  size: PlaneSize,
  transforms: Augmentation,
  random: Random,
): { picture: Float32Array; boxes: Box[] } {
  let altered: Float32Array = picture.slice();
  let placed = [...boxes];
  for (const t of transforms)
    altered = apply(altered, size, t as unknown as Loose, random, move => {
      placed = placed.flatMap(b => movedBox(b, size, move) ?? []);
    });
  return { picture: altered, boxes: placed };
}

export function movedBox(box: Box, { height, width }: PlaneSize, move: Move): Box | undefined {
  const [left, top, right, bottom] = box.box;
  const corners = [
    move(left * width, top * height),
    move(right * width, top * height),
    move(left * width, bottom * height),
    move(right * width, bottom * height),
  ];
  const [xs, ys] = [corners.map(c => c[0] / width), corners.map(c => c[1] / height)];
  const whole = (Math.max(...xs) - Math.min(...xs)) * (Math.max(...ys) - Math.min(...ys));
  const seen = [
    Math.max(0, Math.min(...xs)),
    Math.max(0, Math.min(...ys)),
    Math.min(1, Math.max(...xs)),
    Math.min(1, Math.max(...ys)),
  ] as const;
  const [w, h] = [seen[2] - seen[0], seen[3] - seen[1]];
  return w > 0 && h > 0 && w * h >= leastSeen * whole ? { ...box, box: [...seen] } : undefined;
}

function apply(
  p: Float32Array,
  size: PlaneSize,
  t: Loose,
  random: Random,
  moved: (move: Move) => void,
): Float32Array {
  const { height, width } = size;
  const number = (name: string, otherwise: number) => Number(t[name] ?? otherwise);
  const happens = () => random.uniform() < number('p', 0.5);
  switch (t.name) {
    case 'RandomHorizontalFlip':
      if (!happens()) return p;
      moved(moves.horizontal(size));
      return flip(p, size, 'horizontal');
    case 'RandomVerticalFlip':
      if (!happens()) return p;
      moved(moves.vertical(size));
      return flip(p, size, 'vertical');
    case 'RandomCrop': {
      const padding = number('padding', 4);
      const top = random.integer(2 * padding + 1) - padding;
      const left = random.integer(2 * padding + 1) - padding;
      moved(moves.shift(top, left));
      return shift(p, size, top, left);
    }
    case 'RandomResizedCrop': {
      const part = partByChance(size, number('smallest', 0.08), random);
      moved(moves.part(size, part));
      return enlarge(p, size, part);
    }
    case 'RandomRotation': {
      const most = number('degrees', 10);
      const degrees = random.uniform(-most, most);
      moved(moves.rotate(size, degrees));
      return rotate(p, size, degrees);
    }
    case 'ColorJitter': {
      const steps = [
        [adjustBrightness, number('brightness', 0)],
        [adjustContrast, number('contrast', 0)],
        [adjustSaturation, number('saturation', 0)],
      ] as const;
      for (const i of random.permutation(steps.length)) {
        const [adjust, by] = steps[i]!;
        if (by > 0) p = byFrames(p, size, adjust, random.uniform(Math.max(0, 1 - by), 1 + by));
      }
      return p;
    }
    case 'RandomErasing': {
      if (!happens()) return p;
      for (let attempt = 0; attempt < 10; attempt++) {
        const area = height * width * random.uniform(0.02, 0.33);
        const aspect = Math.exp(random.uniform(Math.log(0.3), Math.log(3.3)));
        const h = Math.round(Math.sqrt(area * aspect));
        const w = Math.round(Math.sqrt(area / aspect));
        if (h >= height || w >= width) continue;
        return erase(p, size, random.integer(height - h + 1), random.integer(width - w + 1), h, w);
      }
      return p;
    }
    default:
      throw new Error(`"${t.name}" is no transform`);
  }
}

/** torchvision.transforms.RandomResizedCrop.get_params with a scale of `smallest` to 1 and its usual ratio. */
function partByChance({ height, width }: PlaneSize, smallest: number, random: Random): Part {
  const [narrow, wide] = [3 / 4, 4 / 3];
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = height * width * random.uniform(smallest, 1);
    const aspect = Math.exp(random.uniform(Math.log(narrow), Math.log(wide)));
    const w = toEven(Math.sqrt(area * aspect));
    const h = toEven(Math.sqrt(area / aspect));
    if (w > 0 && w <= width && h > 0 && h <= height)
      return {
        top: random.integer(height - h + 1),
        left: random.integer(width - w + 1),
        height: h,
        width: w,
      };
  }
  const aspect = width / height;
  const w = aspect > wide ? toEven(height * wide) : width;
  const h = aspect < narrow ? toEven(width / narrow) : height;
  return { top: (height - h) >> 1, left: (width - w) >> 1, height: h, width: w };
}

/** torchvision.transforms.functional.resized_crop to the size of the whole, bilinear and smoothed. */
export function enlarge(p: Float32Array, size: PlaneSize, part: Part): Float32Array {
  const { height, width } = size;
  const out = new Float32Array(p.length);
  for (let c = 0; c < planesOf(size); c++) {
    const at = c * height * width;
    const own = partOf(p.subarray(at, at + height * width), width, part);
    out.set(resize(own, part.height, part.width, height, width), at);
  }
  return out;
}

/** Colours are adjusted frame by frame, by one factor. */
function byFrames(
  p: Float32Array,
  size: PlaneSize,
  adjust: typeof adjustContrast,
  factor: number,
): Float32Array {
  const { frames, channels, height, width } = size;
  if (frames === undefined) return adjust(p, size, factor);
  const area = height * width;
  const out = new Float32Array(p.length);
  const frame = new Float32Array(channels * area);
  for (let f = 0; f < frames; f++) {
    const at = (c: number) => (c * frames + f) * area;
    for (let c = 0; c < channels; c++) frame.set(p.subarray(at(c), at(c) + area), c * area);
    const adjusted = adjust(frame, size, factor);
    for (let c = 0; c < channels; c++) out.set(adjusted.subarray(c * area, (c + 1) * area), at(c));
  }
  return out;
}

const planesOf = ({ channels, frames = 1 }: PlaneSize) => channels * frames;

/** Each entry from another place of its channel; black where there is none. */
function gather(
  p: Float32Array,
  size: PlaneSize,
  from: (y: number, x: number) => readonly [y: number, x: number],
): Float32Array {
  const { height, width } = size;
  const channels = planesOf(size);
  const out = new Float32Array(p.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [fy, fx] = from(y, x);
      if (fy < 0 || fy >= height || fx < 0 || fx >= width) continue;
      for (let c = 0; c < channels; c++)
        out[(c * height + y) * width + x] = p[(c * height + fy) * width + fx]!;
    }
  return out;
}

/** torchvision.transforms.functional.hflip and vflip. */
export function flip(p: Float32Array, size: PlaneSize, along: 'horizontal' | 'vertical'): Float32Array {
  return gather(p, size, (y, x) =>
    along === 'horizontal' ? [y, size.width - 1 - x] : [size.height - 1 - y, x],
  );
}

/** As cropping from `top` and `left` after padding with black: what lay there comes to the corner. */
export function shift(p: Float32Array, size: PlaneSize, top: number, left: number): Float32Array {
  return gather(p, size, (y, x) => [y + top, x + left]);
}

/** torchvision.transforms.functional.rotate: against the clock, the nearest pixel, black outside. */
export function rotate(p: Float32Array, size: PlaneSize, degrees: number): Float32Array {
  const { height, width } = size;
  const angle = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return gather(p, size, (row, column) => {
    const x = column - width / 2 + 0.5;
    const y = row - height / 2 + 0.5;
    return [toEven(sin * x + cos * y + height / 2 - 0.5), toEven(cos * x - sin * y + width / 2 - 0.5)];
  });
}

/** torchvision.transforms.functional.adjust_brightness. */
export function adjustBrightness(p: Float32Array, _: PlaneSize, factor: number): Float32Array {
  return p.map(v => clamp(v * factor));
}

/** torchvision.transforms.functional.adjust_contrast: away from the mean of the grey picture. */
export function adjustContrast(p: Float32Array, size: PlaneSize, factor: number): Float32Array {
  const grey = greyOf(p, size);
  const mean = grey.reduce((a, b) => a + b, 0) / grey.length;
  return p.map(v => clamp(factor * v + (1 - factor) * mean));
}

/** torchvision.transforms.functional.adjust_saturation: away from the grey picture. */
export function adjustSaturation(p: Float32Array, size: PlaneSize, factor: number): Float32Array {
  if (size.channels === 1) return p;
  const grey = greyOf(p, size);
  return p.map((v, i) => clamp(factor * v + (1 - factor) * grey[i % grey.length]!));
}

/** torchvision.transforms.functional.erase with black. */
export function erase(
  p: Float32Array,
  size: PlaneSize,
  top: number,
  left: number,
  h: number,
  w: number,
): Float32Array {
  const { height, width } = size;
  const out = p.slice();
  for (let c = 0; c < planesOf(size); c++)
    for (let y = top; y < top + h; y++) {
      const at = (c * height + y) * width + left;
      out.fill(0, at, at + w);
    }
  return out;
}

/** torchvision's weights; of one channel itself. */
function greyOf(p: Float32Array, { channels, height, width }: PlaneSize): Float32Array {
  const area = height * width;
  if (channels === 1) return p;
  return Float32Array.from(
    { length: area },
    (_, i) => 0.2989 * p[i]! + 0.587 * p[area + i]! + 0.114 * p[2 * area + i]!,
  );
}

function clamp(x: number): number {
  return x < 0 ? 0 : x > 1 ? 1 : x;
}

/** The chance of one row in one epoch, whatever batch it is in. */
export function chanceOf({ seed, epoch }: { seed: number; epoch: number }, row: number): Random {
  return new Random(seed, `augment:${epoch}:${row}`);
}
