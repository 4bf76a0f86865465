/** What moves values: joins, slices, picks. */
import { floorDivDims, mulDims } from '../../../model/dim';
import type { Dim } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { NeedsSize, type Translate, type TranslationContext, Unsupported } from '../translation';
import { all, axisOf, cast, dtypeOf, finite, rankOf } from './_shared';

function blocks(c: TranslationContext): { n: Dim; ch: Dim; h: Dim; w: Dim; b: number } {
  const { shape } = c.type(0);
  if (shape.length !== 4) throw new Unsupported(`an input of rank ${shape.length}`);
  const [n, ch, h, w] = shape as [Dim, Dim, Dim, Dim];
  return { n, ch, h, w, b: c.integer('blocksize', 1) };
}

/** How what is written meets what is there. @throws Unsupported */
function reduction(c: TranslationContext): { reduction: string } {
  const kind = c.text('reduction', 'none');
  if (!['none', 'add', 'mul', 'max', 'min'].includes(kind)) throw new Unsupported(`reduction "${kind}"`);
  return { reduction: kind };
}

/** The middle of what is there, or zeros around it. */
const centred: Translate = c => {
  const rank = rankOf(c);
  const wanted = c.numbers(1, 'the shape');
  const axes = (c.integers('axes') ?? wanted.map((_, i) => i)).map(a => axisOf(a, rank));
  const isSize = (s: number) => Number.isSafeInteger(s) && s >= 0;
  if (wanted.length !== axes.length || new Set(axes).size !== axes.length || !wanted.every(isSize))
    throw new Unsupported(`the shape ${wanted.join(' × ')} along ${axes.length} axes`);
  const { shape } = c.type(0);
  const pads = new Array<number>(2 * rank).fill(0);
  const cut = { starts: [] as number[], ends: [] as number[], axes: [] as number[], steps: [] as number[] };
  for (const [i, axis] of axes.entries()) {
    const size = shape[axis];
    if (typeof size !== 'number') throw new NeedsSize('a crop of unknown size');
    const more = wanted[i]! - size;
    if (more > 0) {
      pads[axis] = Math.floor(more / 2);
      pads[axis + rank] = more - Math.floor(more / 2);
    } else if (more < 0) {
      const start = Math.floor(-more / 2);
      cut.starts.push(start);
      cut.ends.push(start + wanted[i]!);
      cut.axes.push(axis);
      cut.steps.push(1);
    }
  }
  const x = cut.axes.length > 0 ? c.emit('Slice', [c.tensor(0)], cut)[0]! : c.tensor(0);
  return c.finish('Pad', [x], { pads, mode: 'constant', value: 0 });
};

/** The beginning of each row turned round, as far as the row is long. */
const turnedRows: Translate = c => {
  const { shape } = c.type(0);
  const [time, batch] = [axisOf(c.integer('time_axis', 0), 2), axisOf(c.integer('batch_axis', 1), 2)];
  const steps = shape[time]!;
  const along = (axis: number, size: Dim) => ({ shape: shape.map((_, i) => (i === axis ? size : 1)) });
  const range = c.emit('Range', [], { start: 0, limit: steps, delta: 1, dtype: 'int64' });
  const at = c.emit('Reshape', range, along(time, steps))[0]!;
  const length = c.emit('Reshape', [c.tensor(1)], along(batch, shape[batch]!))[0]!;
  const last = c.emit('Sub', [length, c.constant('int64', [], [1])])[0]!;
  const mirrored = c.emit('Sub', [last, at])[0]!;
  const index = c.emit('Where', [c.emit('Less', [at, length])[0]!, mirrored, at]);
  const wide = c.emit('Expand', index, { shape })[0]!;
  return c.finish('GatherElements', [c.tensor(0), wide], { axis: time });
};

export const family: OperatorFamily = {
  translations: {
    CenterCropPad: centred,
    Concat: c => c.finish('Concat', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)) }),
    // Where the shape is known, the reader has it computed before this.
    ConstantOfShape: c => {
      throw new Unsupported(`the shape ${c.dims(0, 'the shape').length}`);
    },
    DepthToSpace: c => {
      const { n, ch, h, w, b } = blocks(c);
      const inner = floorDivDims(ch, b * b);
      const columns = c.text('mode', 'DCR') === 'CRD';
      const [apart] = c.emit('Reshape', [c.tensor(0)], {
        shape: columns ? [n, inner, b, b, h, w] : [n, b, b, inner, h, w],
      });
      const [moved] = c.emit('Transpose', [apart!], {
        perm: columns ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2],
      });
      c.finish('Reshape', [moved!], { shape: [n, inner, mulDims(h, b), mulDims(w, b)] });
    },
    Expand: c => c.finish('Expand', [c.tensor(0)], { shape: c.dims(1, 'the shape') }),
    EyeLike: c => {
      const to = c.hasAttribute('dtype') ? dtypeOf(c.integer('dtype', 1)) : c.type(0).dtype;
      const [y] = c.emit('EyeLike', [c.tensor(0)], { k: c.integer('k', 0) });
      c.finish(
        c.typeOf(y!).dtype === to ? 'Identity' : 'Cast',
        [y!],
        c.typeOf(y!).dtype === to ? {} : { to },
      );
    },
    Flatten: c => c.finish('Flatten', [c.tensor(0)], { axis: axisOf(c.integer('axis', 1), rankOf(c)) }),
    Gather: c => c.finish('Gather', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)) }),
    GatherND: c => {
      if (c.integer('batch_dims', 0) !== 0) throw new Unsupported('batch_dims');
      return c.finish('GatherND', all(c));
    },
    GatherElements: c =>
      c.finish('GatherElements', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)) }),
    OneHot: c => {
      const [depth] = c.dims(1, 'the depth');
      const { dtype } = c.type(2);
      const axis = c.integer('axis', -1);
      const [ones] = c.emit('OneHot', [c.tensor(0)], { depth: depth as number, axis });
      const x = cast(c, ones!, dtype);
      const limits = c.known(2)?.values;
      if (limits?.[0] === 0 && limits[1] === 1) return c.finish('Identity', [x]);
      const both = c.tensor(2);
      const pick = (i: number) =>
        c.emit('Slice', [both], { starts: [i], ends: [i + 1], axes: [0], steps: [1] })[0]!;
      const off = pick(0);
      c.finish('Add', [c.emit('Mul', [x, c.emit('Sub', [pick(1), off])[0]!])[0]!, off]);
    },
    Pad: c => {
      const rank = rankOf(c);
      const pads = c.opset < 11 ? (c.integers('pads') ?? []) : c.numbers(1, 'the list of pads');
      const axes = c.has(3) ? c.numbers(3, 'the list of axes').map(a => axisOf(a, rank)) : undefined;
      const full = new Array<number>(2 * rank).fill(0);
      (axes ?? Array.from({ length: rank }, (_, i) => i)).forEach((a, i, list) => {
        full[a] = pads[i] ?? 0;
        full[a + rank] = pads[i + list.length] ?? 0;
      });
      const [value = 0] =
        c.opset < 11 ? [c.float('value', 0)] : c.has(2) ? c.numbers(2, 'the value of the padding') : [];
      c.finish('Pad', [c.tensor(0)], { pads: full, mode: c.text('mode', 'constant'), value: finite(value) });
    },
    Range: c => {
      const [start] = c.dims(0, 'the start');
      const [limit] = c.dims(1, 'the limit');
      const [delta] = c.dims(2, 'the step');
      c.finish('Range', [], { start: start!, limit: limit!, delta: delta!, dtype: c.type(0).dtype });
    },
    ReverseSequence: turnedRows,
    Reshape: c => {
      const wanted = c.dims(1, 'the shape');
      const { shape } = c.type(0);
      const copies = c.integer('allowzero', 0) === 0;
      c.finish('Reshape', [c.tensor(0)], {
        shape: wanted.map((d, i) => (d === 0 && copies ? (shape[i] ?? 0) : d)),
      });
    },
    Scatter: c => c.finish('ScatterElements', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)) }),
    ScatterElements: c =>
      c.finish('ScatterElements', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)), ...reduction(c) }),
    ScatterND: c => c.finish('ScatterND', all(c), reduction(c)),
    Slice: c => {
      const old = c.opset < 10;
      const rank = rankOf(c);
      const starts = old ? (c.integers('starts') ?? []) : c.dims(1, 'the start');
      const ends = old ? (c.integers('ends') ?? []) : c.dims(2, 'the end');
      const axes = old ? c.integers('axes') : c.has(3) ? c.numbers(3, 'the list of axes') : undefined;
      const steps = !old && c.has(4) ? c.numbers(4, 'the list of steps') : starts.map(() => 1);
      c.finish('Slice', [c.tensor(0)], {
        starts,
        ends,
        axes: (axes ?? starts.map((_, i) => i)).map(a => axisOf(a, rank)),
        steps,
      });
    },
    SpaceToDepth: c => {
      const { n, ch, h, w, b } = blocks(c);
      const [apart] = c.emit('Reshape', [c.tensor(0)], {
        shape: [n, ch, floorDivDims(h, b), b, floorDivDims(w, b), b],
      });
      const columns = c.text('mode', 'DCR') === 'CRD';
      const [moved] = c.emit('Transpose', [apart!], {
        perm: columns ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4],
      });
      return c.finish('Reshape', [moved!], {
        shape: [n, mulDims(ch, b * b), floorDivDims(h, b), floorDivDims(w, b)],
      });
    },
    Split: c => {
      const axis = axisOf(c.integer('axis', 0), rankOf(c));
      const given =
        c.opset < 13 ? c.integers('split') : c.has(1) ? c.dims(1, 'the list of sizes') : undefined;
      const size = c.type(0).shape[axis]!;
      const count = c.integer('num_outputs', c.outputs.length);
      let split: readonly Dim[];
      if (given) split = given;
      else if (typeof size === 'number') {
        const part = Math.ceil(size / count);
        split = Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
      } else split = Array.from({ length: count }, () => floorDivDims(size, count));
      c.finish('Split', [c.tensor(0)], { axis, split });
    },
    Squeeze: c => {
      const given =
        c.opset < 13 ? c.integers('axes') : c.has(1) ? c.numbers(1, 'the list of axes') : undefined;
      const { shape } = c.type(0);
      const axes = given
        ? given.map(a => axisOf(a, shape.length))
        : shape.flatMap((d, i) => (d === 1 ? [i] : []));
      c.finish('Squeeze', [c.tensor(0)], { axes, ...(given && { strict: 1 }) });
    },
    Tile: c => c.finish('Tile', [c.tensor(0)], { repeats: c.dims(1, 'the list of repeats') }),
    Transpose: c => {
      const perm = c.integers('perm');
      c.finish('Transpose', [c.tensor(0)], perm ? { perm } : {});
    },
    Trilu: c => {
      const [k = 0] = c.has(1) ? c.numbers(1, 'the diagonal k') : [];
      c.finish('Trilu', [c.tensor(0)], { upper: c.integer('upper', 1), k });
    },
    Unsqueeze: c => {
      const axes = c.opset < 13 ? (c.integers('axes') ?? []) : c.numbers(1, 'the list of axes');
      c.finish('Unsqueeze', [c.tensor(0)], {
        axes: axes.map(a => (a < 0 ? a + rankOf(c) + axes.length : a)),
      });
    },
  },
};
