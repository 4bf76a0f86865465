/** How sums over axes, joins, picks and layouts are written. */
import type { Attributes, Dim } from '../../model/graph';
import { float, rank, same, type Write } from './writing';

const reduce =
  (toFloat = false): Write =>
  c => {
    const axes = c.attributes['axes'] as readonly number[] | undefined;
    const out = c.outputType(0).dtype;
    const x = toFloat ? float(c) : c.cast(c.inputs[0]!, c.type(0).dtype, out);
    return c.finish(c.node.op, axes?.length ? [x, c.ints(axes)] : [x], { keepdims: c.number('keepdims', 1) });
  };

const argument: Write = c =>
  c.finish(c.node.op, [c.inputs[0]!], { axis: c.number('axis', 0), keepdims: c.number('keepdims', 1) });

const indexed =
  (op: string, extra: readonly string[] = []): Write =>
  c => {
    const index = c.type(1).dtype;
    const indices = c.cast(c.inputs[1]!, index, index === 'int32' ? index : 'int64');
    const attributes: Record<string, Attributes[string]> = { axis: c.number('axis', 0) };
    for (const k of extra) if (c.attributes[k] !== undefined) attributes[k] = c.attributes[k];
    return c.finish(op, [c.inputs[0]!, indices, ...c.inputs.slice(2)], attributes);
  };

export const moveWriters: Readonly<Record<string, Write>> = {
  ArgMax: argument,
  ArgMin: argument,
  ReduceL1: reduce(),
  ReduceL2: reduce(true),
  ReduceLogSumExp: reduce(true),
  ReduceMax: reduce(),
  ReduceMean: reduce(true),
  ReduceMin: reduce(),
  ReduceProd: reduce(),
  ReduceSum: reduce(),
  CumSum: c =>
    c.finish('CumSum', [c.inputs[0]!, c.ints([c.number('axis', 0)], true)], {
      exclusive: c.number('exclusive', 0),
      reverse: c.number('reverse', 0),
    }),
  TopK: c =>
    c.finish('TopK', [c.inputs[0]!, c.dims([(c.attributes['k'] as Dim | undefined) ?? 1])], {
      axis: c.number('axis', -1),
      largest: c.number('largest', 1),
      sorted: 1,
    }),

  Concat: c => {
    const to = c.outputType(0).dtype;
    return c.finish(
      'Concat',
      c.inputs.map((id, i) => c.cast(id, c.type(i).dtype, to)),
      { axis: c.number('axis', 0) },
    );
  },
  ConstantOfShape: c => {
    const value = (c.attributes['value'] as Dim | undefined) ?? 0;
    const { dtype } = c.outputType(0);
    return c.finish('Expand', [
      c.scalar(value, dtype),
      c.dims((c.attributes['shape'] as readonly Dim[] | undefined) ?? []),
    ]);
  },
  Expand: c => c.finish('Expand', [c.inputs[0]!, c.dims(c.outputType(0).shape)]),
  EyeLike: c => c.finish('EyeLike', c.inputs, { k: c.number('k', 0), dtype: c.outputType(0).dtype }),
  Flatten: same({ axis: 1 }),
  Gather: indexed('Gather'),
  GatherElements: indexed('GatherElements'),
  GatherND: c =>
    c.finish('GatherND', [c.inputs[0]!, c.cast(c.inputs[1]!, c.type(1).dtype, 'int64')], {
      batch_dims: c.number('batch_dims', 0),
    }),
  OneHot: c => {
    const { dtype } = c.outputType(0);
    return c.finish(
      'OneHot',
      [
        c.inputs[0]!,
        c.dims([(c.attributes['depth'] as Dim | undefined) ?? 1]),
        c.cast(c.ints([0, 1]), 'int64', dtype),
      ],
      { axis: c.number('axis', -1) },
    );
  },
  Pad: c =>
    c.finish(
      'Pad',
      [
        c.inputs[0]!,
        c.ints((c.attributes['pads'] as readonly number[] | undefined) ?? []),
        c.scalar(c.number('value', 0), c.type(0).dtype),
      ],
      { mode: (c.attributes['mode'] as string | undefined) ?? 'constant' },
    ),
  Range: c => {
    const { dtype } = c.outputType(0);
    const at = (name: string, otherwise: number) =>
      c.scalar((c.attributes[name] as Dim | undefined) ?? otherwise, dtype);
    return c.finish('Range', [at('start', 0), at('limit', 0), at('delta', 1)]);
  },
  Reshape: c => {
    const wanted = c.attributes['shape'] as readonly Dim[];
    const { shape } = c.type(0);
    // What can be said without computing: a symbol that stays in its place is 0, one other is -1.
    const said = wanted.map((d, i) => (typeof d === 'string' && d === shape[i] ? 0 : d));
    const open = said.filter(d => typeof d === 'string');
    if (open.length === 1 && !said.includes(-1))
      return c.finish('Reshape', [c.inputs[0]!, c.ints(said.map(d => (typeof d === 'string' ? -1 : d)))]);
    if (open.length === 0 && !wanted.includes(0))
      return c.finish('Reshape', [c.inputs[0]!, c.ints(said as number[])]);
    return c.finish('Reshape', [c.inputs[0]!, c.dims(wanted)], { allowzero: wanted.includes(0) ? 1 : 0 });
  },
  ScatterElements: indexed('ScatterElements', ['reduction']),
  ScatterND: c =>
    c.finish('ScatterND', [c.inputs[0]!, c.cast(c.inputs[1]!, c.type(1).dtype, 'int64'), c.inputs[2]!], {
      reduction: (c.attributes['reduction'] as string | undefined) ?? 'none',
    }),
  Slice: c => {
    const starts = c.attributes['starts'] as readonly Dim[];
    const axes = (c.attributes['axes'] as readonly number[] | undefined) ?? starts.map((_, i) => i);
    const steps = (c.attributes['steps'] as readonly number[] | undefined) ?? starts.map(() => 1);
    return c.finish('Slice', [
      c.inputs[0]!,
      c.dims(starts),
      c.dims(c.attributes['ends'] as readonly Dim[]),
      c.ints(axes),
      c.ints(steps),
    ]);
  },
  Split: c => {
    const axis = c.number('axis', 0);
    const at = axis < 0 ? axis + rank(c) : axis;
    return c.finish('Split', [c.inputs[0]!, c.dims(c.outputs.map((_, i) => c.outputType(i).shape[at]!))], {
      axis,
    });
  },
  Squeeze: c => {
    const { shape } = c.type(0);
    const given = c.attributes['axes'] as readonly number[] | undefined;
    const strict = c.number('strict', 0) === 1;
    const axes = (given ?? shape.map((_, i) => i)).filter(a => strict || shape.at(a) === 1);
    return axes.length === 0
      ? c.finish('Identity', c.inputs)
      : c.finish('Squeeze', [c.inputs[0]!, c.ints(axes)]);
  },
  SumTo: c => {
    const to = c.attributes['shape'] as readonly Dim[];
    const { shape } = c.type(0);
    const extra = shape.length - to.length;
    const axes = shape.flatMap((d, i) => (i < extra || (to[i - extra] === 1 && d !== 1) ? [i] : []));
    const sum =
      axes.length === 0 ? c.inputs[0]! : c.emit('ReduceSum', [c.inputs[0]!, c.ints(axes)], { keepdims: 1 });
    return c.finish('Reshape', [sum, c.dims(to)]);
  },
  Tile: c => {
    const repeats = c.attributes['repeats'] as readonly Dim[];
    return c.finish('Tile', [c.inputs[0]!, c.dims(c.type(0).shape.map((_, i) => repeats[i] ?? 1))]);
  },
  Transpose: c => {
    const perm = c.attributes['perm'];
    return c.finish('Transpose', c.inputs, perm === undefined ? {} : { perm });
  },
  Trilu: c =>
    c.finish('Trilu', [c.inputs[0]!, c.ints([c.number('k', 0)], true)], { upper: c.number('upper', 1) }),
  Unsqueeze: c =>
    c.finish('Unsqueeze', [
      c.inputs[0]!,
      c.ints((c.attributes['axes'] as readonly number[] | undefined) ?? []),
    ]),
};
