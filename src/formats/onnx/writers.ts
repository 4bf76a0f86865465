/** How each of our ops is written in ONNX: constant inputs in place of attributes, PyTorch's variants composed. */
import type { Attributes, Dim, DType, Node, TensorType } from '../../model/graph';
import { quantizedWriters } from './quantizedWriters';
import { window } from './writtenWindow';

/** The version of the operator set that is written: the first with Gelu. */
export const writtenOpset = 20;

export interface WriteContext {
  node: Node;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Attributes;
  has(input: number): boolean;
  type(input: number): TensorType;
  outputType(output: number): TensorType;
  number(name: string, otherwise: number): number;
  /** An int64 tensor. */
  ints(values: readonly number[], scalar?: boolean): string;
  /** An int64 vector of sizes; computed from the inputs' shapes where they are symbols. */
  dims(values: readonly Dim[]): string;
  /** A scalar of a type. */
  scalar(value: Dim, dtype: DType): string;
  filled(value: number, shape: readonly Dim[]): string;
  cast(id: string, from: DType, to: DType): string;
  /** Emits a node with one output, made up where it is not given. */
  emit(op: string, inputs: readonly string[], attributes?: Attributes, outputs?: readonly string[]): string;
  /** The node's last step. */
  finish(op: string, inputs: readonly string[], attributes?: Attributes): undefined;
  /** There is no way to say it in ONNX. */
  refuse(why: string): never;
}

export type Write = (c: WriteContext) => undefined;

const isFloat = (t: DType): boolean => /^b?float/.test(t);
const rank = (c: WriteContext, i = 0): number => c.type(i).shape.length;

/** As it is, with these attributes and their values where they are absent. */
const same =
  (defaults: Readonly<Record<string, number | string>> = {}): Write =>
  c => {
    const attributes: Record<string, number | string> = {};
    for (const [key, value] of Object.entries(defaults))
      attributes[key] = (c.attributes[key] as number | string | undefined) ?? value;
    return c.finish(c.node.op, c.inputs, attributes);
  };

/** Inputs of one type, as ONNX wants them: that of the output, or the wider of the two. */
const binary =
  (op: string, of?: DType): Write =>
  c => {
    const [a, b] = [c.type(0).dtype, c.type(1).dtype];
    const to = of ?? (a === b ? a : isFloat(a) ? a : isFloat(b) ? b : 'int64');
    return c.finish(op, [c.cast(c.inputs[0]!, a, to), c.cast(c.inputs[1]!, b, to)]);
  };

/** Arithmetic is not defined for booleans. */
const arithmetic =
  (op: string): Write =>
  c => {
    const out = c.outputType(0).dtype;
    const to = out === 'bool' ? 'int64' : out;
    const y = c.emit(
      op,
      c.inputs.map((id, i) => c.cast(id, c.type(i).dtype, to)),
    );
    return out === to ? c.finish('Identity', [y]) : c.finish('Cast', [y], { to: out });
  };

const float = (c: WriteContext, i = 0): string =>
  isFloat(c.type(i).dtype) ? c.inputs[i]! : c.cast(c.inputs[i]!, c.type(i).dtype, 'float32');

const unaryFloat: Write = c => c.finish(c.node.op, [float(c)]);

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

/** Resize's last inputs: factors, where its places follow from them, or sizes. */
function resizedTo(c: WriteContext): string[] {
  const scales = c.attributes['scales'] as readonly number[] | undefined;
  if (!scales) return ['', c.dims(c.outputType(0).shape)];
  return [
    c.emit(
      'Concat',
      scales.map(s => c.filled(s, [1])),
      { axis: 0 },
    ),
  ];
}

const indexed =
  (op: string, extra: readonly string[] = []): Write =>
  c => {
    const index = c.type(1).dtype;
    const indices = c.cast(c.inputs[1]!, index, index === 'int32' ? index : 'int64');
    const attributes: Record<string, Attributes[string]> = { axis: c.number('axis', 0) };
    for (const k of extra) if (c.attributes[k] !== undefined) attributes[k] = c.attributes[k];
    return c.finish(op, [c.inputs[0]!, indices, ...c.inputs.slice(2)], attributes);
  };

/** Mean, variance and the standardized values over axes. */
function standardize(c: WriteContext, x: string, axes: readonly number[], epsilon: number) {
  const over = c.ints(axes);
  const mean = c.emit('ReduceMean', [x, over], { keepdims: 1 });
  const centred = c.emit('Sub', [x, mean]);
  const variance = c.emit('ReduceMean', [c.emit('Mul', [centred, centred]), over], { keepdims: 1 });
  const root = c.emit('Sqrt', [c.emit('Add', [variance, c.scalar(epsilon, 'float32')])]);
  return { mean, variance, y: c.emit('Div', [centred, root]) };
}

/** A value per channel, as it broadcasts to [N, C, …]. */
function column(c: WriteContext, i: number): string {
  const { shape } = c.type(0);
  return c.emit('Reshape', [c.inputs[i]!, c.dims([shape[1]!, ...shape.slice(2).map(() => 1)])]);
}

function affine(c: WriteContext, y: string, scale: string | undefined, bias: string | undefined): undefined {
  const scaled = scale ? c.emit('Mul', [y, scale]) : y;
  return bias ? c.finish('Add', [scaled, bias]) : c.finish('Identity', [scaled]);
}

/** Recurrent layers have ONNX's inputs, outputs and order of gates. */
const recurrent: Write = c => {
  if (c.number('rounded', 0)) c.refuse('its states are rounded to 8 bits');
  const direction = (c.attributes['direction'] as string | undefined) ?? 'forward';
  const named = c.attributes['activations'] as readonly string[] | undefined;
  return c.finish(c.node.op, c.inputs, {
    hidden_size: c.number('hidden_size', 0),
    direction,
    ...(c.node.op === 'GRU' && { linear_before_reset: c.number('linear_before_reset', 0) }),
    ...(named && { activations: named }),
  });
};

export const writers: Readonly<Record<string, Write>> = {
  ...quantizedWriters,
  Abs: same(),
  Acos: unaryFloat,
  Acosh: unaryFloat,
  Asin: unaryFloat,
  Asinh: unaryFloat,
  Atan: unaryFloat,
  Atanh: unaryFloat,
  Ceil: unaryFloat,
  Celu: same({ alpha: 1 }),
  Cos: unaryFloat,
  Cosh: unaryFloat,
  Elu: same({ alpha: 1 }),
  Erf: unaryFloat,
  Exp: unaryFloat,
  Floor: unaryFloat,
  Gelu: same({ approximate: 'none' }),
  HardSigmoid: same({ alpha: 0.2, beta: 0.5 }),
  HardSwish: same(),
  Identity: same(),
  IsInf: same({ detect_negative: 1, detect_positive: 1 }),
  IsNaN: same(),
  LeakyRelu: same({ alpha: 0.01 }),
  Log: unaryFloat,
  LogSoftmax: same({ axis: -1 }),
  Mish: same(),
  Neg: same(),
  Reciprocal: unaryFloat,
  Relu: same(),
  Round: unaryFloat,
  Selu: same({ alpha: 1.6732632423543772, gamma: 1.0507009873554805 }),
  Shrink: same({ lambd: 0.5, bias: 0 }),
  Sigmoid: unaryFloat,
  Sign: same(),
  Sin: unaryFloat,
  Sinh: unaryFloat,
  Softmax: same({ axis: -1 }),
  Softplus: c => {
    const beta = c.number('beta', 1);
    if (beta === 1) return c.finish('Softplus', c.inputs);
    const by = c.scalar(beta, 'float32');
    return c.finish('Div', [c.emit('Softplus', [c.emit('Mul', [c.inputs[0]!, by])]), by]);
  },
  Softsign: same(),
  Sqrt: unaryFloat,
  Swish: c => c.finish('Mul', [c.inputs[0]!, c.emit('Sigmoid', [c.inputs[0]!])]),
  Tan: unaryFloat,
  Tanh: unaryFloat,
  ThresholdedRelu: c => {
    const alpha = c.number('alpha', 1);
    const value = c.number('value', 0);
    if (value === 0 && alpha >= 0) return c.finish('ThresholdedRelu', c.inputs, { alpha });
    const { dtype } = c.type(0);
    const above = c.emit('Greater', [c.inputs[0]!, c.scalar(alpha, dtype)]);
    return c.finish('Where', [above, c.inputs[0]!, c.scalar(value, dtype)]);
  },
  Clip: c => {
    const { dtype } = c.type(0);
    const limit = (name: string) => {
      const value = c.attributes[name];
      return typeof value === 'number' && Math.abs(value) < 3.4e38 ? c.scalar(value, dtype) : '';
    };
    return c.finish('Clip', [c.inputs[0]!, limit('min'), limit('max')]);
  },
  Cast: c => c.finish('Cast', c.inputs, { to: c.attributes['to'] ?? 'float32' }),
  Dropout: c => c.finish('Dropout', [c.inputs[0]!, c.scalar(c.number('ratio', 0.5), 'float32')]),

  Add: arithmetic('Add'),
  And: binary('And', 'bool'),
  Div: arithmetic('Div'),
  Equal: binary('Equal'),
  Greater: binary('Greater'),
  GreaterOrEqual: binary('GreaterOrEqual'),
  Less: binary('Less'),
  LessOrEqual: binary('LessOrEqual'),
  Max: arithmetic('Max'),
  Min: arithmetic('Min'),
  Mod: c => {
    const to = c.outputType(0).dtype;
    const [a, b] = c.inputs.map((id, i) => c.cast(id, c.type(i).dtype, to)) as [string, string];
    if (!isFloat(to)) return c.finish('Mod', [a, b]);
    return c.finish('Sub', [a, c.emit('Mul', [b, c.emit('Floor', [c.emit('Div', [a, b])])])]);
  },
  Mul: arithmetic('Mul'),
  Not: c => c.finish('Not', [c.cast(c.inputs[0]!, c.type(0).dtype, 'bool')]),
  NotEqual: c => {
    const [a, b] = [c.type(0).dtype, c.type(1).dtype];
    const to = a === b ? a : isFloat(a) ? a : isFloat(b) ? b : 'int64';
    return c.finish('Not', [c.emit('Equal', [c.cast(c.inputs[0]!, a, to), c.cast(c.inputs[1]!, b, to)])]);
  },
  Or: binary('Or', 'bool'),
  Pow: arithmetic('Pow'),
  PRelu: same(),
  Sub: arithmetic('Sub'),
  Where: c => {
    const to = c.outputType(0).dtype;
    return c.finish('Where', [
      c.cast(c.inputs[0]!, c.type(0).dtype, 'bool'),
      c.cast(c.inputs[1]!, c.type(1).dtype, to),
      c.cast(c.inputs[2]!, c.type(2).dtype, to),
    ]);
  },
  Xor: binary('Xor', 'bool'),

  Conv: c => c.finish('Conv', c.inputs, { ...window(c), group: c.number('group', 1) }),
  ConvGradInput: c => {
    const [x, w] = [c.type(0).shape, c.type(1).shape];
    const kernel = w.slice(2) as readonly number[];
    const list = (name: string, otherwise: number) =>
      (c.attributes[name] as readonly number[] | undefined) ?? kernel.map(() => otherwise);
    const [strides, dilations] = [list('strides', 1), list('dilations', 1)];
    const pads = (c.attributes['pads'] as readonly number[] | undefined) ?? kernel.flatMap(() => [0, 0]);
    const target = c.attributes['shape'] as readonly Dim[];
    const extra = kernel.map((k, i) => {
      const [size, wanted] = [x[i + 2], target[i + 2]];
      if (typeof size !== 'number' || typeof wanted !== 'number') return 0;
      const reach = dilations[i]! * (k - 1) + 1;
      return wanted - ((size - 1) * strides[i]! + reach - pads[i]! - pads[i + kernel.length]!);
    });
    return c.finish('ConvTranspose', c.inputs, {
      ...window(c),
      group: c.number('group', 1),
      output_padding: extra,
    });
  },
  ConvTranspose: c =>
    c.finish('ConvTranspose', c.inputs, {
      ...window(c),
      group: c.number('group', 1),
      ...(c.attributes['output_padding'] !== undefined && { output_padding: c.attributes['output_padding'] }),
    }),
  Einsum: same({ equation: '' }),
  FusedMatMul: c => {
    const turned = (i: number, name: string): string => {
      if (!c.number(name, 0)) return c.inputs[i]!;
      const perm = c.type(i).shape.map((_, k) => k);
      [perm[perm.length - 2], perm[perm.length - 1]] = [perm.at(-1)!, perm.at(-2)!];
      return c.emit('Transpose', [c.inputs[i]!], { perm });
    };
    const y = c.emit('MatMul', [turned(0, 'transA'), turned(1, 'transB')]);
    return c.finish('Mul', [y, c.scalar(c.number('alpha', 1), 'float32')]);
  },
  Gemm: same({ transA: 0, transB: 0, alpha: 1, beta: 1 }),
  MatMul: arithmetic('MatMul'),

  AveragePool: c => {
    const kernel = c.attributes['kernel_shape'] as readonly number[];
    const divisor = c.attributes['divisor_override'];
    const attributes = { ...window(c), ceil_mode: c.number('ceil_mode', 0) };
    if (typeof divisor !== 'number' || divisor === 0)
      return c.finish('AveragePool', c.inputs, {
        ...attributes,
        count_include_pad: c.number('count_include_pad', 0),
      });
    // A divisor of one's own: the sum of the window, which is the mean over all its cells times their number.
    const mean = c.emit('AveragePool', c.inputs, { ...attributes, count_include_pad: 1 });
    const cells = kernel.reduce((a, b) => a * b, 1);
    return c.finish('Mul', [mean, c.scalar(cells / divisor, 'float32')]);
  },
  GlobalAveragePool: same(),
  GlobalMaxPool: same(),
  MaxPool: c => c.finish('MaxPool', c.inputs, { ...window(c), ceil_mode: c.number('ceil_mode', 0) }),

  BatchNormalization: c => {
    const channels = c.type(0).shape[1]!;
    const or = (i: number, value: number) => (c.has(i) ? c.inputs[i]! : c.filled(value, [channels]));
    const epsilon = c.number('epsilon', 1e-5);
    if (c.has(3) && c.has(4))
      return c.finish('BatchNormalization', [c.inputs[0]!, or(1, 1), or(2, 0), c.inputs[3]!, c.inputs[4]!], {
        epsilon,
        momentum: c.number('momentum', 0.9),
      });
    const axes = c.type(0).shape.flatMap((_, i) => (i === 1 ? [] : [i]));
    const { y } = standardize(c, c.inputs[0]!, axes, epsilon);
    return affine(c, y, c.has(1) ? column(c, 1) : undefined, c.has(2) ? column(c, 2) : undefined);
  },
  GroupNormalization: c => {
    const groups = c.number('num_groups', 1);
    const { shape } = c.type(0);
    // Groups as the channels of an InstanceNormalization, as PyTorch's own exporter has it.
    const rows = c.emit('Reshape', [c.inputs[0]!, c.ints([0, groups, -1])]);
    const normal = c.emit('InstanceNormalization', [rows, c.filled(1, [groups]), c.filled(0, [groups])], {
      epsilon: c.number('epsilon', 1e-5),
    });
    const y = c.emit('Reshape', [normal, c.dims(shape)]);
    return affine(c, y, c.has(1) ? column(c, 1) : undefined, c.has(2) ? column(c, 2) : undefined);
  },
  InstanceNormalization: c => {
    const channels = c.type(0).shape[1]!;
    const or = (i: number, value: number) => (c.has(i) ? c.inputs[i]! : c.filled(value, [channels]));
    return c.finish('InstanceNormalization', [c.inputs[0]!, or(1, 1), or(2, 0)], {
      epsilon: c.number('epsilon', 1e-5),
    });
  },
  LayerNormalization: c => {
    const axis = c.number('axis', -1);
    const own = c.type(0).shape.slice(axis);
    const scale = c.has(1) ? c.inputs[1]! : c.filled(1, own);
    const inputs = c.has(2) ? [c.inputs[0]!, scale, c.inputs[2]!] : [c.inputs[0]!, scale];
    return c.finish('LayerNormalization', inputs, { axis, epsilon: c.number('epsilon', 1e-5) });
  },
  LRN: c => {
    const size = c.number('size', 1);
    if (c.number('before', Math.floor((size - 1) / 2)) !== Math.floor((size - 1) / 2))
      c.refuse('its window of even size begins earlier than that of ONNX');
    return c.finish('LRN', c.inputs, {
      alpha: c.number('alpha', 1e-4),
      beta: c.number('beta', 0.75),
      bias: c.number('bias', 1),
      size,
    });
  },
  RMSNormalization: c => {
    const axis = c.number('axis', -1);
    const n = rank(c);
    const from = axis < 0 ? axis + n : axis;
    const x = c.inputs[0]!;
    const axes = c.ints(Array.from({ length: n - from }, (_, i) => from + i));
    const mean = c.emit('ReduceMean', [c.emit('Mul', [x, x]), axes], { keepdims: 1 });
    const root = c.emit('Sqrt', [c.emit('Add', [mean, c.scalar(c.number('epsilon', 1e-5), 'float32')])]);
    return affine(c, c.emit('Div', [x, root]), c.has(1) ? c.inputs[1] : undefined, undefined);
  },
  Standardize: c => {
    const { y, mean, variance } = standardize(
      c,
      c.inputs[0]!,
      c.attributes['axes'] as readonly number[],
      c.number('epsilon', 1e-5),
    );
    for (const [i, id] of [y, mean, variance].entries())
      if (c.outputs[i]) c.emit('Identity', [id], {}, [c.outputs[i]]);
    return undefined;
  },

  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,
  Resize: c =>
    c.finish('Resize', [c.inputs[0]!, '', ...resizedTo(c)], {
      mode: (c.attributes['mode'] as string | undefined) ?? 'nearest',
      coordinate_transformation_mode:
        (c.attributes['coordinate_transformation_mode'] as string | undefined) ?? 'half_pixel',
      nearest_mode: (c.attributes['nearest_mode'] as string | undefined) ?? 'round_prefer_floor',
    }),
  GridSample: c =>
    c.finish('GridSample', c.inputs, {
      mode: (c.attributes['mode'] as string | undefined) ?? 'linear',
      padding_mode: (c.attributes['padding_mode'] as string | undefined) ?? 'zeros',
      align_corners: c.number('align_corners', 0),
    }),

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

/** Attributes that are floats in ONNX; other numbers are integers. */
export const floatAttributes: ReadonlySet<string> = new Set(
  'alpha beta gamma epsilon momentum lambd bias'.split(' '),
);
