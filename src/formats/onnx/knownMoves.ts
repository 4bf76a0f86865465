/** How known values are made, joined, picked and laid out anew. */
import type { Dim } from '../../model/graph';
import {
  axesInput,
  axisAt,
  build,
  type Fold,
  flat,
  type Known,
  make,
  mapped,
  maxKnown,
  numeric,
  sizeOf,
  stridesOf,
} from './known';

export const moveFolds: Readonly<Record<string, Fold>> = {
  ConstantOfShape: (c, [shape]) => {
    if (!shape || !numeric(shape.values)) return undefined;
    const { dtype, value } = c.fill ?? { dtype: 'float32' as const, value: 0 };
    return make(
      dtype,
      shape.values,
      build(shape.values, () => value),
    );
  },
  Range: (_, [start, limit, delta]) => {
    const ends = [start?.values[0], limit?.values[0], delta?.values[0]];
    if (!start || !ends.every(x => typeof x === 'number')) return undefined;
    const [from, to, step] = ends as number[];
    const count = Math.max(0, Math.ceil((to! - from!) / step!));
    if (!Number.isFinite(count)) return undefined;
    return make(
      start.dtype,
      [count],
      build([count], ([i]) => from! + i! * step!),
    );
  },
  Concat: (c, inputs) => {
    const [first] = inputs;
    if (!first) return undefined;
    const axis = axisAt(c.integer('axis', 0), first.shape.length);
    if (first.shape[axis] === undefined) return undefined;
    const shape = [...first.shape];
    shape[axis] = inputs.reduce((sum, x) => sum + (x.shape[axis] ?? 0), 0);
    return make(
      first.dtype,
      shape,
      build(shape, index => {
        let k = index[axis]!;
        for (const x of inputs) {
          if (k < x.shape[axis]!)
            return x.values[
              flat(
                index.map((v, i) => (i === axis ? k : v)),
                stridesOf(x.shape),
              )
            ]!;
          k -= x.shape[axis]!;
        }
        return 0;
      }),
    );
  },
  Gather: (c, [x, indices]) => {
    if (!x || !indices || !numeric(indices.values)) return undefined;
    const axis = axisAt(c.integer('axis', 0), x.shape.length);
    const size = x.shape[axis];
    if (size === undefined || indices.values.some(i => i < -size || i >= size)) return undefined;
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    const own = stridesOf(x.shape);
    const its = stridesOf(indices.shape);
    return make(
      x.dtype,
      shape,
      build(shape, index => {
        const inner = index.slice(axis, axis + indices.shape.length);
        const k = axisAt(indices.values[flat(inner, its)] as number, size);
        return x.values[
          flat([...index.slice(0, axis), k, ...index.slice(axis + indices.shape.length)], own)
        ]!;
      }),
    );
  },
  Slice: (c, [x]) => {
    if (!x) return undefined;
    const starts = axesInput(c, 1, 'starts');
    const ends = axesInput(c, 2, 'ends');
    if (!starts || !ends || (c.inputs[3] && !axesInput(c, 3, 'axes'))) return undefined;
    const axes = axesInput(c, 3, 'axes') ?? starts.map((_, i) => i);
    const steps = c.inputs[4] ? axesInput(c, 4, 'steps') : starts.map(() => 1);
    if (!steps) return undefined;
    const shape = [...x.shape];
    const from = x.shape.map(() => 0);
    const by = x.shape.map(() => 1);
    for (const [i, given] of axes.entries()) {
      const axis = axisAt(given, x.shape.length);
      const size = x.shape[axis];
      const step = steps[i];
      if (size === undefined || !step) return undefined;
      const at = (v: number, low: number, high: number) =>
        Math.min(Math.max(v < 0 ? v + size : v, low), high);
      const start = step > 0 ? at(starts[i]!, 0, size) : at(starts[i]!, 0, size - 1);
      const end = step > 0 ? at(ends[i]!, 0, size) : at(ends[i]!, -1, size - 1);
      shape[axis] = Math.max(0, Math.ceil((end - start) / step));
      from[axis] = start;
      by[axis] = step;
    }
    const strides = stridesOf(x.shape);
    return make(
      x.dtype,
      shape,
      build(
        shape,
        index =>
          x.values[
            flat(
              index.map((k, i) => from[i]! + k * by[i]!),
              strides,
            )
          ]!,
      ),
    );
  },
  Squeeze: (c, [x]) => {
    if (!x) return undefined;
    const given = axesInput(c, 1, 'axes');
    if (given === undefined && c.inputs[1]) return undefined;
    const axes = given?.map(a => axisAt(a, x.shape.length));
    return make(
      x.dtype,
      x.shape.filter((d, i) => !(axes ? axes.includes(i) : d === 1)),
      x.values,
    );
  },
  Unsqueeze: (c, [x]) => {
    if (!x) return undefined;
    const given = axesInput(c, 1, 'axes');
    if (!given) return undefined;
    const shape = [...x.shape];
    const rank = shape.length + given.length;
    for (const a of given.map(v => axisAt(v, rank)).sort((p, q) => p - q)) shape.splice(a, 0, 1);
    return make(x.dtype, shape, x.values);
  },
  Reshape: (c, [x, to]) => {
    if (!x || !to || !numeric(to.values)) return undefined;
    const wanted = to.values.map((d, i) =>
      d === 0 && c.integer('allowzero', 0) === 0 ? (x.shape[i] ?? 0) : d,
    );
    const rest = sizeOf(x.shape) / sizeOf(wanted.filter(d => d !== -1));
    const shape = wanted.map(d => (d === -1 ? rest : d));
    return sizeOf(shape) === x.values.length && shape.every(d => Number.isInteger(d) && d >= 0)
      ? make(x.dtype, shape, x.values)
      : undefined;
  },
  Expand: (_, [x, to]) => {
    if (!x || !to || !numeric(to.values) || sizeOf(to.values) > maxKnown) return undefined;
    const like: Known = {
      dtype: x.dtype,
      shape: to.values,
      values: new Array<Dim>(sizeOf(to.values)).fill(0),
    };
    return mapped([x, like], x.dtype, v => v);
  },
  Transpose: (c, [x]) => {
    if (!x) return undefined;
    const perm = c.integers('perm') ?? x.shape.map((_, i) => x.shape.length - 1 - i);
    if (perm.length !== x.shape.length || perm.some(p => x.shape[p] === undefined)) return undefined;
    const own = stridesOf(x.shape);
    const shape = perm.map(p => x.shape[p]!);
    return make(
      x.dtype,
      shape,
      build(shape, index => x.values[index.reduce((sum, k, i) => sum + k * own[perm[i]!]!, 0)]!),
    );
  },
};
