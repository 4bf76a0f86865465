/** Resize (and the older Upsample) as picks and weighted sums along each axis, whose places are known while reading. */
import { mulDims } from '../../model/dim';
import type { Dim } from '../../model/graph';
import { NeedsSize, type TranslationContext, Unsupported } from './translation';

/** Along one axis of the result: the places in the input that each cell reads, and their weights. */
interface Taps {
  places: number[][];
  weights: number[][];
}

/** https://onnx.ai/onnx/operators/onnx__Resize.html */
export function resize(c: TranslationContext): undefined {
  const { shape } = c.type(0);
  const rank = shape.length;
  const mode = c.text('mode', 'nearest');
  const upsample = c.op === 'Upsample';
  if (!upsample && c.opset < 11) {
    // Resize-10 has scales as its second input and Upsample's coordinates.
    return scaled(c, c.numbers(1, 'the list of scales'), undefined, 'asymmetric', 'floor', mode);
  }
  if (upsample) {
    const scales = c.opset < 9 ? (c.floats('scales') ?? []) : c.numbers(1, 'the list of scales');
    return scaled(c, scales, undefined, 'asymmetric', 'floor', mode);
  }
  const axes = (c.integers('axes') ?? shape.map((_, i) => i)).map(a => (a < 0 ? a + rank : a));
  const spread = <T>(given: readonly T[], otherwise: (i: number) => T): T[] =>
    shape.map((_, i) => (axes.includes(i) ? given[axes.indexOf(i)]! : otherwise(i)));
  const coordinates = c.text('coordinate_transformation_mode', 'half_pixel');
  const rounding = c.text('nearest_mode', 'round_prefer_floor');
  const givenScales = c.has(2) ? c.numbers(2, 'the list of scales') : [];
  if (givenScales.length > 0)
    return scaled(
      c,
      spread(givenScales, () => 1),
      undefined,
      coordinates,
      rounding,
      mode,
    );
  const sizes = c.dims(3, 'the list of sizes');
  const policy = c.text('keep_aspect_ratio_policy', 'stretch');
  let target = spread(sizes, i => shape[i]!);
  let scales: number[] | undefined;
  if (policy !== 'stretch') {
    const ratios = axes.map(a => Number(target[a]) / Number(shape[a]));
    if (ratios.some(Number.isNaN)) throw new NeedsSize(`keep_aspect_ratio_policy beside an unknown size`);
    const ratio = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
    scales = shape.map((_, i) => (axes.includes(i) ? ratio : 1));
    target = shape.map((d, i) => (axes.includes(i) ? Math.floor(ratio * Number(d) + 0.5) : d));
  }
  return scaled(c, scales, target, coordinates, rounding, mode);
}

function scaled(
  c: TranslationContext,
  scales: readonly number[] | undefined,
  sizes: readonly Dim[] | undefined,
  coordinates: string,
  rounding: string,
  mode: string,
): undefined {
  const { shape } = c.type(0);
  const roi = coordinates === 'tf_crop_and_resize' ? c.numbers(1, 'the region of interest') : undefined;
  const target = shape.map(
    (d, i) => sizes?.[i] ?? (Number.isInteger(scales?.[i]) ? mulDims(d, scales![i]!) : d),
  );
  const isOpen = shape.some((d, i) => typeof d === 'string' && (sizes ? sizes[i] !== d : scales?.[i] !== 1));
  if (isOpen && isPlain(c, scales) && computed.has(coordinates))
    // The places follow once the sizes are known.
    return c.finish('Resize', [c.tensor(0)], {
      sizes: target,
      mode,
      coordinate_transformation_mode: coordinates,
      nearest_mode: rounding,
    });
  const axesGiven = c.integers('axes')?.map(a => (a < 0 ? a + shape.length : a));
  let x = c.tensor(0);
  shape.forEach((size, axis) => {
    const wanted = sizes ? sizes[axis]! : undefined;
    if (wanted === size || (wanted === undefined && scales?.[axis] === 1 && !roi)) return;
    if (typeof size !== 'number' || typeof wanted === 'string')
      throw new NeedsSize(`a change of the unknown size ${size}`);
    const scale = scales?.[axis] ?? wanted! / size;
    const length = wanted ?? Math.floor(size * scale);
    const place = axesGiven ? axesGiven.indexOf(axis) : axis;
    const width = axesGiven ? axesGiven.length : shape.length;
    const region = roi && place >= 0 ? ([roi[place]!, roi[place + width]!] as const) : undefined;
    const outside = c.float('extrapolation_value', 0);
    const at = Array.from({ length }, (_, i) =>
      source(i, size, length, scale, coordinates, region, wanted === undefined),
    );
    const taps = tapsOf(
      c,
      at,
      size,
      mode,
      rounding,
      c.integer('antialias', 0) === 1 ? Math.min(scale, 1) : 1,
    );
    const count = taps.places[0]?.length ?? 1;
    const wide = shape.map((_, i) => (i === axis ? length : 1));
    let sum: string | undefined;
    for (let t = 0; t < count; t++) {
      const places = taps.places.map(p => p[t]!);
      const weights = taps.weights.map(w => w[t]!);
      let [part] = c.emit('Gather', [x, c.constant('int64', [length], places)], { axis });
      if (weights.some(w => w !== 1)) [part] = c.emit('Mul', [part!, c.constant('float32', wide, weights)]);
      sum = sum === undefined ? part! : c.emit('Add', [sum, part!])[0]!;
    }
    x = sum!;
    if (region && at.some(p => p < 0 || p > size - 1)) {
      const inside = c.constant(
        'bool',
        wide,
        at.map(p => Number(p >= 0 && p <= size - 1)),
      );
      x = c.emit('Where', [inside, x, c.constant('float32', [], [outside])])[0]!;
    }
  });
  return c.finish('Identity', [x]);
}

/** The transformations that the engine's own Resize has. */
const computed = new Set(['asymmetric', 'half_pixel', 'pytorch_half_pixel', 'align_corners']);

/** Nothing beyond the engine's own Resize: sizes, or scales that are whole numbers. */
function isPlain(c: TranslationContext, scales: readonly number[] | undefined): boolean {
  return (
    (scales?.every(Number.isInteger) ?? true) &&
    c.integer('antialias', 0) === 0 &&
    c.integer('exclude_outside', 0) === 0 &&
    c.float('cubic_coeff_a', -0.75) === -0.75
  );
}

/** The place in the input that a cell of the result stands for. */
function source(
  i: number,
  size: number,
  length: number,
  scale: number,
  coordinates: string,
  region: readonly [number, number] | undefined,
  /** Scales were given: the corners are those of a result that may end between two cells. */
  byScale: boolean,
): number {
  switch (coordinates) {
    case 'half_pixel':
      return (i + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = length / (scale * size);
      return (size / 2) * (1 - adjustment) + (i + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return length > 1 ? (i + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return length === 1 ? 0 : (i * (size - 1)) / ((byScale ? scale * size : length) - 1);
    case 'asymmetric':
      return i / scale;
    case 'tf_crop_and_resize': {
      const [start, end] = region ?? [0, 1];
      return length > 1
        ? start * (size - 1) + (i * (end - start) * (size - 1)) / (length - 1)
        : 0.5 * (start + end) * (size - 1);
    }
    default:
      throw new Unsupported(`coordinate_transformation_mode "${coordinates}"`);
  }
}

function tapsOf(
  c: TranslationContext,
  at: number[],
  size: number,
  mode: string,
  rounding: string,
  /** Below 1 where a result that shrinks averages over all that it stands for. */
  stretch: number,
): Taps {
  const inside = (p: number) => Math.min(Math.max(p, 0), size - 1);
  if (mode === 'nearest') {
    const round = {
      round_prefer_floor: (p: number) => Math.ceil(p - 0.5),
      round_prefer_ceil: (p: number) => Math.floor(p + 0.5),
      floor: Math.floor,
      ceil: Math.ceil,
    }[rounding];
    if (!round) throw new Unsupported(`nearest_mode "${rounding}"`);
    return { places: at.map(p => [inside(round(p))]), weights: at.map(() => [1]) };
  }
  const isLinear = mode === 'linear' || mode === 'bilinear';
  if (!isLinear && mode !== 'cubic') throw new Unsupported(`mode "${mode}"`);
  const kernel = isLinear ? linear : cubic(c.float('cubic_coeff_a', -0.75));
  const first = Math.floor((isLinear ? -1 : -2) / stretch) + 1;
  const exclude = c.integer('exclude_outside', 0) === 1;
  const places: number[][] = [];
  const weights: number[][] = [];
  for (const p of at) {
    const base = Math.floor(p);
    const own: { at: number; weight: number }[] = [];
    for (let offset = first; offset <= 1 - first; offset++) {
      const outside = base + offset < 0 || base + offset >= size;
      const weight = exclude && outside ? 0 : kernel(Math.abs(base + offset - p) * stretch);
      own.push({ at: inside(base + offset), weight });
    }
    const total = own.reduce((s, o) => s + o.weight, 0);
    places.push(own.map(o => o.at));
    weights.push(own.map(o => o.weight / total));
  }
  return { places, weights };
}

const linear = (d: number): number => Math.max(0, 1 - d);

/** Keys 1981, "Cubic convolution interpolation". */
const cubic =
  (a: number) =>
  (d: number): number =>
    d <= 1
      ? (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1
      : d < 2
        ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a
        : 0;
