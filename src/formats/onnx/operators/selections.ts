/**
 * Operators whose outputs' sizes depend on values. They are computed between two steps of a plan; what only moves values
 * by what they find is left to the engine, where gradients pass.
 */
import type { OperatorFamily } from '../operatorRegistry';
import { type Numbers, type Translate, type TranslationContext, Unsupported } from '../translation';
import { suppressed } from './_boxes';
import { alignedRegions } from './_regions';
import { axisOf, rankOf } from './_shared';

const integers = (shape: readonly number[], values: readonly number[]): Numbers => ({
  dtype: 'int64',
  shape,
  values,
});

/** Row-major place of a cell to its index along each axis. */
function indexOf(place: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = place;
  for (let a = shape.length - 1; a >= 0; a--) {
    index[a] = rest % shape[a]!;
    rest = Math.floor(rest / shape[a]!);
  }
  return index;
}

/** Places of what is not 0. */
function placesOf({ values }: Numbers): number[] {
  const places: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) places.push(i);
  return places;
}

const nonZero: Translate = c =>
  c.between('how many of its values are not 0', ([x]) => {
    const shape = x!.shape;
    const places = placesOf(x!);
    // A scalar counts as a list of one.
    const rank = Math.max(shape.length, 1);
    const indices = places.map(p => indexOf(p, shape.length === 0 ? [1] : shape));
    return [
      integers([rank, places.length], Array.from({ length: rank }, (_, a) => indices.map(i => i[a]!)).flat()),
    ];
  });

/** Slices where a condition holds. The places are found between two steps, and the slices taken by the engine. */
const compress: Translate = c => {
  const axis = c.hasAttribute('axis') ? axisOf(c.integer('axis', 0), rankOf(c)) : undefined;
  const condition = c.numbers(1, 'its condition');
  const places = condition.flatMap((v, i) => (v !== 0 ? [i] : []));
  const x = axis === undefined ? c.emit('Reshape', [c.tensor(0)], { shape: [-1] })[0]! : c.tensor(0);
  return c.finish('Gather', [x, c.constant('int64', [places.length], places)], { axis: axis ?? 0 });
};

const unique: Translate = c => {
  const axis = c.hasAttribute('axis') ? axisOf(c.integer('axis', 0), rankOf(c)) : undefined;
  const inOrder = c.integer('sorted', 1) === 1;
  return c.between('how many of its values differ', ([x]) => uniqueOf(x!, axis, inOrder));
};

function uniqueOf(x: Numbers, axis: number | undefined, inOrder: boolean): Numbers[] {
  const shape = axis === undefined ? [x.values.length] : x.shape;
  const at = axis ?? 0;
  const size = shape[at]!;
  const inner = shape.slice(at + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, at).reduce((a, b) => a * b, 1);
  const slices = Array.from({ length: size }, (_, k) => {
    const cells: number[] = [];
    for (let o = 0; o < outer; o++)
      for (let i = 0; i < inner; i++) cells.push(x.values[(o * size + k) * inner + i]!);
    return cells;
  });
  const groups = new Map<string, number[]>();
  for (const [k, cells] of slices.entries()) {
    const key = cells.join();
    const group = groups.get(key);
    if (group) group.push(k);
    else groups.set(key, [k]);
  }
  const found = [...groups.values()];
  if (inOrder) found.sort((a, b) => compareCells(slices[a[0]!]!, slices[b[0]!]!));
  const inverse = new Array<number>(size);
  for (const [g, members] of found.entries()) for (const k of members) inverse[k] = g;
  const values: number[] = [];
  for (let o = 0; o < outer; o++)
    for (const [first] of found) for (let i = 0; i < inner; i++) values.push(slices[first!]![o * inner + i]!);
  const count = found.length;
  return [
    { dtype: x.dtype, shape: shape.map((d, a) => (a === at ? count : d)), values },
    integers(
      [count],
      found.map(m => m[0]!),
    ),
    integers([size], inverse),
    integers(
      [count],
      found.map(m => m.length),
    ),
  ];
}

function compareCells(a: readonly number[], b: readonly number[]): number {
  for (const [i, x] of a.entries()) if (x !== b[i]) return x - b[i]!;
  return 0;
}

const nonMaxSuppression: Translate = (c: TranslationContext) => {
  const centred = c.integer('center_point_box', 0);
  if (centred !== 0 && centred !== 1) throw new Unsupported(`center_point_box ${centred}`);
  return c.between('how many boxes stay', ([boxes, scores, most, overlap, least]) => {
    const rows = suppressed(boxes!, scores!, {
      most: most?.values[0] ?? 0,
      overlap: overlap?.values[0] ?? 0,
      least: least?.values[0],
      centred: centred === 1,
    });
    return [integers([rows.length, 3], rows.flat())];
  });
};

const roiAlign: Translate = c => {
  const mode = c.text('mode', 'avg');
  if (mode !== 'avg' && mode !== 'max') throw new Unsupported(`mode "${mode}"`);
  const halfPixel = c.opset >= 16 && c.text('coordinate_transformation_mode', 'half_pixel') === 'half_pixel';
  const options = {
    height: c.integer('output_height', 1),
    width: c.integer('output_width', 1),
    scale: c.float('spatial_scale', 1),
    samples: c.integer('sampling_ratio', 0),
    max: mode === 'max',
    halfPixel,
  };
  return c.between('what its regions hold', ([x, regions, images]) => [
    alignedRegions(x!, regions!, images!, options),
  ]);
};

export const family: OperatorFamily = {
  between: true,
  translations: {
    NonZero: nonZero,
    Compress: compress,
    Unique: unique,
    RoiAlign: roiAlign,
    NonMaxSuppression: nonMaxSuppression,
  },
};
