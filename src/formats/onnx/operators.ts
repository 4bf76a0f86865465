/** Every ONNX operator that is read, by name, from opset 7 on: https://onnx.ai/onnx/operators/ */

import { ops } from '../../engine/opRegistry';
import { addDims, floorDivDims, mulDims, subDims } from '../../model/dim';
import type { Attributes, Dim, DType } from '../../model/graph';
import { resize } from './resize';
import { elementTypes } from './schema';
import { type Translate, type TranslationContext, Unsupported } from './translation';

/** Stands for infinity in attributes: the largest float32. */
const huge = 3.4028234663852886e38;
const finite = (x: number): number => (Number.isNaN(x) ? 0 : Math.min(Math.max(x, -huge), huge));

const all = (c: TranslationContext): string[] => c.inputs.map((id, i) => (id === '' ? '' : c.tensor(i)));
const rankOf = (c: TranslationContext, i = 0): number => c.type(i).shape.length;

/** Axes from 0, as ONNX counts negative ones from the end. */
function axisOf(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(at) || at < 0 || at > rank) throw new Unsupported(`axis ${axis} of ${rank}`);
  return at;
}

/** The op of the same name, with these floats as attributes. */
const same =
  (defaults: Readonly<Record<string, number>> = {}): Translate =>
  c => {
    const attributes: Record<string, number> = {};
    for (const [key, value] of Object.entries(defaults)) attributes[key] = finite(c.float(key, value));
    c.finish(c.op, all(c), attributes);
  };

/** An op that ONNX has for any number of inputs and we for two. */
const variadic =
  (op: string): Translate =>
  c => {
    const [first, ...rest] = all(c);
    if (first === undefined) throw new Unsupported('no inputs');
    if (rest.length === 0) return c.finish('Identity', [first]);
    let sum = first;
    for (const next of rest.slice(0, -1)) sum = c.emit(op, [sum, next])[0]!;
    c.finish(op, [sum, rest.at(-1)!]);
  };

const reduce =
  (
    op: string,
    axesAsInput: number,
    before?: (c: TranslationContext, x: string) => string,
    after?: string,
    alone?: string,
  ): Translate =>
  c => {
    const axes =
      c.opset >= axesAsInput ? (c.has(1) ? c.numbers(1, 'the list of axes') : undefined) : c.integers('axes');
    const x = c.tensor(0);
    const none = axes === undefined || axes.length === 0;
    if (none && c.integer('noop_with_empty_axes', 0) === 1) {
      const y = before ? before(c, x) : x;
      return c.finish(after ?? alone ?? 'Identity', [y]);
    }
    const attributes: Attributes = {
      ...(!none && { axes: axes.map(a => axisOf(a, rankOf(c))) }),
      keepdims: c.integer('keepdims', 1),
    };
    if (c.type(0).shape.includes(0)) return emptyReduction(c, op, axes, after);
    const y = before ? before(c, x) : x;
    if (!after) return c.finish(op, [y], attributes);
    c.finish(after, c.emit(op, [y], attributes));
  };

/** What is left of no values at all, by op; the others leave 0. */
const ofNothing: Readonly<Record<string, number>> = {
  ReduceProd: 1,
  ReduceMax: Number.NEGATIVE_INFINITY,
  ReduceMin: Number.POSITIVE_INFINITY,
  ReduceLogSumExp: Number.NEGATIVE_INFINITY,
  Log: Number.NEGATIVE_INFINITY,
};

function emptyReduction(
  c: TranslationContext,
  op: string,
  axes: readonly number[] | undefined,
  after: string | undefined,
): undefined {
  const { dtype, shape } = c.type(0);
  const gone = new Set((axes ?? shape.map((_, i) => i)).map(a => axisOf(a, shape.length)));
  const keep = c.integer('keepdims', 1) === 1;
  const result = shape.flatMap((d, i) => (gone.has(i) ? (keep ? [1] : []) : [d]));
  const extreme = op === 'ReduceMax' || op === 'ReduceMin';
  const least = op === 'ReduceMax' ? 0 : 1;
  const value = dtype === 'bool' && extreme ? least : (ofNothing[after ?? op] ?? 0);
  return c.finish('Expand', [c.constant(dtype, [], [value])], { shape: result });
}

/** Explicit pads of a window from `auto_pad`. */
function padsOf(c: TranslationContext, kernel: readonly number[]): number[] {
  const n = kernel.length;
  const auto = c.text('auto_pad', 'NOTSET');
  if (auto === 'NOTSET') return c.integers('pads') ?? new Array<number>(2 * n).fill(0);
  if (auto === 'VALID') return new Array<number>(2 * n).fill(0);
  const strides = c.integers('strides') ?? kernel.map(() => 1);
  const dilations = c.integers('dilations') ?? kernel.map(() => 1);
  const spatial = c.type(0).shape.slice(2);
  const totals = kernel.map((k, i) => {
    const reach = dilations[i]! * (k - 1) + 1;
    const stride = strides[i]!;
    if (stride === 1) return reach - 1;
    const size = spatial[i];
    if (typeof size !== 'number') throw new Unsupported(`auto_pad beside the unknown size ${size}`);
    return Math.max((Math.ceil(size / stride) - 1) * stride + reach - size, 0);
  });
  const small = totals.map(t => Math.floor(t / 2));
  const large = totals.map((t, i) => t - small[i]!);
  return auto === 'SAME_UPPER' ? [...small, ...large] : [...large, ...small];
}

function windowAttributes(
  c: TranslationContext,
  kernel: readonly number[],
): Record<string, Attributes[string]> {
  return {
    kernel_shape: kernel,
    strides: c.integers('strides') ?? kernel.map(() => 1),
    pads: padsOf(c, kernel),
    dilations: c.integers('dilations') ?? kernel.map(() => 1),
  };
}

function weightKernel(c: TranslationContext): number[] {
  const given = c.integers('kernel_shape');
  if (given) return given;
  return c
    .type(1)
    .shape.slice(2)
    .map(d => {
      if (typeof d !== 'number') throw new Unsupported('a weight of unknown size');
      return d;
    });
}

const averagePool: Translate = c => {
  const kernel = c.integers('kernel_shape');
  if (!kernel) throw new Unsupported('no kernel_shape');
  const window = windowAttributes(c, kernel);
  const ceil = c.integer('ceil_mode', 0);
  const include = c.integer('count_include_pad', 0);
  if (!isWide(window, kernel))
    return c.finish('AveragePool', [c.tensor(0)], { ...window, ceil_mode: ceil, count_include_pad: include });
  // More padding than PyTorch allows: the padding apart, and the count of what is no padding.
  const pads = borders(window);
  const plain = { ...window, pads: kernel.flatMap(() => [0, 0]), ceil_mode: ceil };
  const average = (x: string) =>
    c.emit('AveragePool', c.emit('Pad', [x], { pads, mode: 'constant', value: 0 }), plain)[0]!;
  if (include) return c.finish('Identity', [average(c.tensor(0))]);
  const ones = c.emit('ConstantOfShape', [], { shape: c.type(0).shape as readonly Dim[], value: 1 })[0]!;
  return c.finish('Div', [average(c.tensor(0)), average(ones)]);
};

const maxPool: Translate = c => {
  const kernel = c.integers('kernel_shape');
  if (!kernel) throw new Unsupported('no kernel_shape');
  if (c.integer('storage_order', 0) !== 0) throw new Unsupported('storage_order');
  let window = windowAttributes(c, kernel);
  let x = c.tensor(0);
  if (isWide(window, kernel)) {
    if (c.outputs[1]) throw new Unsupported('Indices beside wide padding');
    x = c.emit('Pad', [x], { pads: borders(window), mode: 'constant', value: -huge })[0]!;
    window = { ...window, pads: kernel.flatMap(() => [0, 0]) };
  }
  const attributes = { ...window, ceil_mode: c.integer('ceil_mode', 0) };
  if (!c.outputs[1]) return c.finish('MaxPool', [x], attributes);
  // ONNX counts the places over the whole tensor, the engine over a plane.
  const [n, ch, ...spatial] = c.type(0).shape as [Dim, Dim, ...Dim[]];
  const plane = spatial.reduce(mulDims, 1);
  if (typeof plane !== 'number') throw new Unsupported('Indices of unknown sizes');
  if (c.outputs[0]) c.emit('MaxPool', [x], attributes, [c.outputs[0]]);
  const [places] = c.emit('MaxPoolIndices', [x], attributes);
  const planes = mulDims(n, ch);
  const starts = c.emit('Range', [], { start: 0, limit: mulDims(planes, plane), delta: plane });
  const apart = c.emit('Reshape', starts, { shape: [n, ch, ...spatial.map(() => 1)] })[0]!;
  const sum = c.emit('Add', [places!, apart])[0]!;
  c.emit('Cast', [sum], { to: 'int64' }, [c.outputs[1]]);
  return undefined;
};

/** Padding of more than half a window. */
function isWide(window: Attributes, kernel: readonly number[]): boolean {
  const dilations = window['dilations'] as readonly number[];
  return (window['pads'] as readonly number[]).some((p, i) => {
    const k = i % kernel.length;
    return p > Math.floor((dilations[k]! * (kernel[k]! - 1) + 1) / 2);
  });
}

/** A window's pads as Pad has them, with batch and channels. */
function borders(window: Attributes): number[] {
  const pads = window['pads'] as readonly number[];
  const n = pads.length / 2;
  return [0, 0, ...pads.slice(0, n), 0, 0, ...pads.slice(n)];
}

/** Before opset 13 the axes from `axis` on made one row. */
const softmax =
  (op: string): Translate =>
  c => {
    const x = c.tensor(0);
    const rank = rankOf(c);
    const axis = axisOf(c.integer('axis', c.opset < 13 ? 1 : -1), rank);
    if (c.opset >= 13 || axis === rank - 1) return c.finish(op, [x], { axis });
    const [rows] = c.emit('Flatten', [x], { axis });
    const [y] = c.emit(op, [rows!], { axis: 1 });
    c.finish('Reshape', [y!], { shape: c.type(0).shape as readonly Dim[] });
  };

const argument: Translate = c => {
  const axis = axisOf(c.integer('axis', 0), rankOf(c));
  const keepdims = c.integer('keepdims', 1);
  const x = c.tensor(0);
  if (c.integer('select_last_index', 0) === 0) return c.finish(c.op, [x], { axis, keepdims });
  // The last of equal values is the first when counted from the end.
  const size = c.type(0).shape[axis]!;
  if (typeof size !== 'number') throw new Unsupported('select_last_index beside an unknown size');
  const back = c.emit('Slice', [x], { starts: [size - 1], ends: [-size - 1], axes: [axis], steps: [-1] });
  const where = c.emit(c.op, back, { axis, keepdims })[0]!;
  return c.finish('Sub', [c.constant('int64', [], [size - 1]), where]);
};

/** The value of a scalar input if it is known; NaN if not. */
function scalarInput(c: TranslationContext, i: number, otherwise: number): number {
  if (!c.has(i)) return otherwise;
  const value = c.known(i)?.values[0];
  return typeof value === 'number' ? value : Number.NaN;
}

function dtypeOf(number: number): DType {
  const type = elementTypes[number];
  if (!type) throw new Unsupported(`the element type ${number}`);
  return type.dtype;
}

/** Casts where the type is another. */
function cast(c: TranslationContext, x: string, to: DType): string {
  return c.typeOf(x).dtype === to ? x : c.emit('Cast', [x], { to })[0]!;
}

const normalized: Translate = c => {
  const axis = axisOf(c.integer('axis', -1), rankOf(c));
  const epsilon = c.float('epsilon', 1e-5);
  const inputs = all(c);
  if (!c.outputs[1] && !c.outputs[2]) return c.finish('LayerNormalization', inputs, { axis, epsilon });
  const axes = Array.from({ length: rankOf(c) - axis }, (_, i) => axis + i);
  const [y, mean, variance] = c.emit('Standardize', [inputs[0]!], { axes, epsilon });
  const shifted = c.emit('Add', [variance!, c.constant('float32', [], [epsilon])])[0]!;
  const inverse = c.emit('Reciprocal', c.emit('Sqrt', [shifted]))[0]!;
  let out = inputs[1] ? c.emit('Mul', [y!, inputs[1]])[0]! : y!;
  if (inputs[2]) out = c.emit('Add', [out, inputs[2]])[0]!;
  for (const [i, id] of [out, mean!, inverse].entries())
    if (c.outputs[i]) c.emit('Identity', [id], {}, [c.outputs[i]]);
};

function blocks(c: TranslationContext): { n: Dim; ch: Dim; h: Dim; w: Dim; b: number } {
  const { shape } = c.type(0);
  if (shape.length !== 4) throw new Unsupported(`an input of rank ${shape.length}`);
  const [n, ch, h, w] = shape as [Dim, Dim, Dim, Dim];
  return { n, ch, h, w, b: c.integer('blocksize', 1) };
}

/** ONNX's activations of each kind of recurrent layer, a direction. */
const activations: Readonly<Record<string, readonly string[]>> = {
  LSTM: ['sigmoid', 'tanh', 'tanh'],
  GRU: ['sigmoid', 'tanh'],
  RNN: ['tanh'],
};

const recurrent: Translate = c => {
  const given = c.texts('activations')?.map(a => a.toLowerCase());
  const usual = activations[c.op]!;
  const rectified = c.op === 'RNN' && Boolean(given?.every(a => a === 'relu'));
  if (!rectified && given?.some((a, i) => a !== usual[i % usual.length]))
    throw new Unsupported(`activations ${given}`);
  if (c.hasAttribute('clip')) throw new Unsupported('clip');
  if (c.integer('input_forget', 0) !== 0) throw new Unsupported('input_forget');
  const direction = c.text('direction', 'forward');
  if (c.has(7)) throw new Unsupported('peepholes');
  const batchFirst = c.integer('layout', 0) === 1;
  const length = c.type(0).shape[batchFirst ? 1 : 0];
  if (c.has(4) && !c.known(4)?.values.every(v => v === length))
    throw new Unsupported('sequences of different lengths');
  const turned = (id: string) => c.emit('Transpose', [id], { perm: [1, 0, 2] })[0]!;
  const inputs = all(c).map((id, i) =>
    i === 4 ? '' : batchFirst && id && (i === 0 || i > 4) ? turned(id) : id,
  );
  const hidden = c.type(2).shape[2];
  const attributes = {
    hidden_size: c.integer('hidden_size', typeof hidden === 'number' ? hidden : 0),
    direction,
    ...(c.op === 'GRU' && { linear_before_reset: c.integer('linear_before_reset', 0) }),
    ...(rectified && { activations: given!.map(() => 'Relu') }),
  };
  if (!batchFirst) return c.finish(c.op, inputs, attributes);
  const made = c.emit(c.op, inputs, attributes);
  for (const [i, id] of made.entries())
    if (c.outputs[i]) c.emit('Transpose', [id], { perm: i === 0 ? [2, 0, 1, 3] : [1, 0, 2] }, [c.outputs[i]]);
  return undefined;
};

function isComputed(name: string): boolean {
  const op = ops.get(name);
  return Boolean(op?.lower ?? op?.expand);
}

/** Operators that are translated to the op of the same name, and so need it. */
const needsOwnOp = new Set(
  'Acos Acosh Asin Asinh Atan Atanh Cosh GRU GatherND IsInf IsNaN LRN LSTM RNN Shrink Sinh'.split(' '),
);

export const translations: Readonly<Record<string, Translate>> = {
  // Cell by cell.
  Abs: same(),
  Acos: same(),
  Acosh: same(),
  Asin: same(),
  Asinh: same(),
  Atan: same(),
  Atanh: same(),
  Ceil: same(),
  Celu: same({ alpha: 1 }),
  Cos: same(),
  Cosh: same(),
  Elu: same({ alpha: 1 }),
  Erf: same(),
  Exp: same(),
  Floor: same(),
  Gelu: c => c.finish('Gelu', all(c), { approximate: c.text('approximate', 'none') }),
  HardSigmoid: same({ alpha: 0.2, beta: 0.5 }),
  HardSwish: same(),
  Identity: same(),
  IsInf: c =>
    c.finish('IsInf', all(c), {
      detect_negative: c.integer('detect_negative', 1),
      detect_positive: c.integer('detect_positive', 1),
    }),
  IsNaN: same(),
  LeakyRelu: same({ alpha: 0.01 }),
  Log: same(),
  Mish: same(),
  Neg: same(),
  Not: same(),
  Reciprocal: same(),
  Relu: same(),
  Round: same(),
  Selu: same({ alpha: 1.6732632423543772, gamma: 1.0507009873554805 }),
  Shrink: same({ lambd: 0.5, bias: 0 }),
  Sigmoid: same(),
  Sign: same(),
  Sin: same(),
  Sinh: same(),
  Softplus: same(),
  Softsign: same(),
  Sqrt: same(),
  Swish: c => {
    const alpha = c.float('alpha', 1);
    const x = c.tensor(0);
    if (alpha === 1) return c.finish('Swish', [x]);
    const scaled = c.emit('Mul', [x, c.constant('float32', [], [alpha])])[0]!;
    c.finish('Mul', [x, c.emit('Sigmoid', [scaled])[0]!]);
  },
  Tan: same(),
  Tanh: same(),
  ThresholdedRelu: same({ alpha: 1 }),
  Clip: c => {
    const x = c.tensor(0);
    const min = c.opset < 11 ? c.float('min', -huge) : scalarInput(c, 1, -huge);
    const max = c.opset < 11 ? c.float('max', huge) : scalarInput(c, 2, huge);
    if (!Number.isNaN(min) && !Number.isNaN(max))
      return c.finish('Clip', [x], { min: finite(min), max: finite(max) });
    // Limits that are computed.
    const low = c.has(1) ? c.emit('Max', [x, c.tensor(1)])[0]! : x;
    if (c.has(2)) c.finish('Min', [low, c.tensor(2)]);
    else c.finish('Identity', [low]);
  },
  Cast: c => c.finish('Cast', all(c), { to: dtypeOf(c.integer('to', 1)) }),
  CastLike: c => c.finish('Cast', [c.tensor(0)], { to: c.type(1).dtype }),
  Dropout: c => {
    const late = c.opset >= 12;
    const [ratio = 0.5] = !late ? [c.float('ratio', 0.5)] : c.has(1) ? c.numbers(1, 'the ratio') : [];
    const [training = 0] = late && c.has(2) ? c.numbers(2, 'training_mode') : [];
    if (training !== 0 && ratio !== 0) throw new Unsupported('training_mode');
    if (c.outputs[0]) c.emit('Dropout', [c.tensor(0)], { ratio }, [c.outputs[0]]);
    if (!c.outputs[1]) return undefined;
    const shape = c.type(0).shape as readonly Dim[];
    c.emit('ConstantOfShape', [], { shape, value: 1, dtype: 'bool' }, [c.outputs[1]]);
    return undefined;
  },

  // Of two or more inputs.
  Add: same(),
  And: same(),
  Div: same(),
  Equal: same(),
  Greater: same(),
  GreaterOrEqual: same(),
  Less: same(),
  LessOrEqual: same(),
  Max: variadic('Max'),
  Mean: c => {
    const inputs = all(c);
    let sum = inputs[0]!;
    for (const next of inputs.slice(1)) sum = c.emit('Add', [sum, next])[0]!;
    c.finish('Mul', [sum, c.constant('float32', [], [1 / inputs.length])]);
  },
  Min: variadic('Min'),
  Mod: c => {
    if (c.integer('fmod', 0) === 0) return c.finish('Mod', all(c));
    // C's fmod: the remainder has the sign of the dividend.
    const [a, b] = all(c);
    const whole = c.emit('Cast', c.emit('Div', [a!, b!]), { to: 'int64' });
    c.finish('Sub', [
      a!,
      cast(c, c.emit('Mul', [cast(c, whole[0]!, c.type(0).dtype), b!])[0]!, c.type(0).dtype),
    ]);
  },
  Mul: same(),
  Or: same(),
  Pow: c => {
    const [y] = c.emit('Pow', all(c));
    const { dtype } = c.type(0);
    if (c.typeOf(y!).dtype === dtype) c.finish('Identity', [y!]);
    else c.finish('Cast', [y!], { to: dtype });
  },
  PRelu: c => {
    const [x, slope] = all(c);
    // Until opset 7 a vector of slopes was one for each channel.
    if (c.opset >= 7 || c.type(1).shape.length !== 1 || rankOf(c) < 2) return c.finish('PRelu', [x!, slope!]);
    const shape = [
      c.type(1).shape[0]!,
      ...c
        .type(0)
        .shape.slice(2)
        .map(() => 1),
    ];
    return c.finish('PRelu', [x!, c.emit('Reshape', [slope!], { shape })[0]!]);
  },
  Sub: same(),
  Sum: variadic('Add'),
  Where: same(),
  Xor: same(),

  // Products.
  ConvTranspose: c => {
    const kernel = weightKernel(c);
    const n = kernel.length;
    const [x, w, bias] = all(c);
    const { shape } = c.type(0);
    const group = c.integer('group', 1);
    const strides = c.integers('strides') ?? kernel.map(() => 1);
    const dilations = c.integers('dilations') ?? kernel.map(() => 1);
    const extra = c.integers('output_padding') ?? kernel.map(() => 0);
    let pads = c.integers('pads') ?? new Array<number>(2 * n).fill(0);
    const auto = c.text('auto_pad', 'NOTSET');
    const full = kernel.map((k, i) =>
      addDims(mulDims(subDims(shape[i + 2]!, 1), strides[i]!), extra[i]! + dilations[i]! * (k - 1) + 1),
    );
    let spatial: Dim[];
    const wanted =
      c.integers('output_shape')?.slice(-n) ??
      (auto.startsWith('SAME') ? kernel.map((_, i) => mulDims(shape[i + 2]!, strides[i]!)) : undefined);
    if (wanted) {
      const totals = full.map((f, i) => {
        const t = subDims(f, wanted[i]!);
        if (typeof t !== 'number') throw new Unsupported('output_shape beside an unknown size');
        return Math.max(t, 0);
      });
      const half = totals.map(t => Math.floor(t / 2));
      const rest = totals.map((t, i) => t - half[i]!);
      pads = auto === 'SAME_UPPER' ? [...half, ...rest] : [...rest, ...half];
      spatial = wanted;
    } else {
      if (auto === 'VALID') pads = new Array<number>(2 * n).fill(0);
      spatial = full.map((f, i) => subDims(f, pads[i]! + pads[i + n]!));
    }
    if (isComputed('ConvTranspose') && !wanted)
      return c.finish('ConvTranspose', all(c), {
        kernel_shape: kernel,
        strides,
        pads,
        dilations,
        group,
        output_padding: extra,
      });
    const channels = mulDims(c.type(1).shape[1]!, group);
    const [y] = c.emit('ConvGradInput', [x!, w!], {
      kernel_shape: kernel,
      strides,
      pads,
      dilations,
      group,
      shape: [shape[0]!, channels, ...spatial],
    });
    if (!bias) return c.finish('Identity', [y!]);
    const column = c.emit('Reshape', [bias], { shape: [1, channels, ...kernel.map(() => 1)] })[0]!;
    c.finish('Add', [y!, column]);
  },
  Conv: c =>
    c.finish('Conv', all(c), { ...windowAttributes(c, weightKernel(c)), group: c.integer('group', 1) }),
  Einsum: c => c.finish('Einsum', all(c), { equation: c.text('equation', '') }),
  Gemm: c =>
    c.finish('Gemm', all(c), {
      transA: c.integer('transA', 0),
      transB: c.integer('transB', 0),
      alpha: c.float('alpha', 1),
      beta: c.float('beta', 1),
    }),
  MatMul: same(),

  // Windows.
  AveragePool: averagePool,
  MaxPool: maxPool,
  GlobalAveragePool: same(),
  GlobalMaxPool: same(),
  Resize: resize,
  Upsample: resize,

  // Normalization.
  BatchNormalization: c => {
    const epsilon = c.float('epsilon', 1e-5);
    const momentum = c.float('momentum', 0.9);
    const inputs = all(c);
    if (c.integer('training_mode', 0) === 0) {
      if (c.outputs.slice(1).some(o => o !== '')) throw new Unsupported('outputs of training');
      return c.finish('BatchNormalization', inputs, { epsilon, momentum });
    }
    const { shape } = c.type(0);
    const axes = shape.map((_, i) => i).filter(i => i !== 1);
    const [standard, mean, variance] = c.emit('Standardize', [inputs[0]!], { axes, epsilon });
    const column = (id: string) =>
      c.emit('Reshape', [id], { shape: [shape[1]!, ...shape.slice(2).map(() => 1)] })[0]!;
    const scaled = c.emit('Mul', [standard!, column(inputs[1]!)])[0]!;
    if (c.outputs[0]) c.emit('Add', [scaled, column(inputs[2]!)], {}, [c.outputs[0]]);
    const part = (id: string, share: number) => c.emit('Mul', [id, c.constant('float32', [], [share])])[0]!;
    for (const [i, now] of [mean!, variance!].entries()) {
      if (!c.outputs[i + 1]) continue;
      const flat = c.emit('Reshape', [now], { shape: [shape[1]!] })[0]!;
      c.emit('Add', [part(inputs[i + 3]!, momentum), part(flat, 1 - momentum)], {}, [c.outputs[i + 1]!]);
    }
    return undefined;
  },
  GroupNormalization: c => {
    const [x, ...given] = all(c);
    const groups = c.integer('num_groups', 1);
    const channels = c.type(0).shape[1]!;
    const perGroup = c.opset < 21 && c.type(1).shape[0] === groups && channels !== groups;
    // Until opset 21 there was one scale a group.
    const spread = (id: string): string => {
      const apart = c.emit('Reshape', [id], { shape: [groups, 1] });
      const wide = c.emit('Expand', apart, { shape: [groups, floorDivDims(channels, groups)] });
      return c.emit('Reshape', wide, { shape: [channels] })[0]!;
    };
    c.finish('GroupNormalization', [x!, ...(perGroup ? given.map(spread) : given)], {
      num_groups: groups,
      epsilon: c.float('epsilon', 1e-5),
    });
  },
  InstanceNormalization: same({ epsilon: 1e-5 }),
  LayerNormalization: normalized,
  LpNormalization: c => {
    const axes = [axisOf(c.integer('axis', -1), rankOf(c))];
    const x = c.tensor(0);
    const norm = c.emit(c.integer('p', 2) === 1 ? 'ReduceL1' : 'ReduceL2', [x], { axes, keepdims: 1 })[0]!;
    // A vector of zeros stays one.
    return c.finish('Div', [x, c.emit('Max', [norm, c.constant('float32', [], [1e-30])])[0]!]);
  },
  LRN: c =>
    c.finish('LRN', [c.tensor(0)], {
      alpha: c.float('alpha', 1e-4),
      beta: c.float('beta', 0.75),
      bias: c.float('bias', 1),
      size: c.integer('size', 1),
    }),
  MeanVarianceNormalization: c =>
    c.finish('Identity', [
      c.emit('Standardize', [c.tensor(0)], { axes: c.integers('axes') ?? [0, 2, 3], epsilon: 1e-9 })[0]!,
    ]),
  RMSNormalization: c =>
    c.finish('RMSNormalization', all(c), {
      axis: axisOf(c.integer('axis', -1), rankOf(c)),
      epsilon: c.float('epsilon', 1e-5),
    }),
  Softmax: softmax('Softmax'),
  LogSoftmax: softmax('LogSoftmax'),
  Hardmax: c => {
    if (c.opset < 13) throw new Unsupported('opsets before 13');
    const axis = axisOf(c.integer('axis', -1), rankOf(c));
    const depth = c.type(0).shape[axis]!;
    const [where] = c.emit('ArgMax', [c.tensor(0)], { axis, keepdims: 0 });
    c.finish('Cast', c.emit('OneHot', [where!], { depth: depth as number, axis }), { to: c.type(0).dtype });
  },

  // Sequences.
  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,

  // Reductions.
  ReduceL1: reduce('ReduceL1', 18, undefined, undefined, 'Abs'),
  ReduceL2: reduce('ReduceL2', 18, undefined, undefined, 'Abs'),
  ReduceLogSum: reduce('ReduceSum', 18, undefined, 'Log'),
  ReduceLogSumExp: reduce('ReduceLogSumExp', 18),
  ReduceMax: reduce('ReduceMax', 18),
  ReduceMean: reduce('ReduceMean', 18),
  ReduceMin: reduce('ReduceMin', 18),
  ReduceProd: reduce('ReduceProd', 18),
  ReduceSum: reduce('ReduceSum', 13),
  ReduceSumSquare: reduce('ReduceSum', 18, (c, x) => c.emit('Mul', [x, x])[0]!),
  ArgMax: argument,
  ArgMin: argument,
  CumSum: c => {
    const [axis = 0] = c.numbers(1, 'the axis');
    c.finish('CumSum', [c.tensor(0)], {
      axis: axisOf(axis, rankOf(c)),
      exclusive: c.integer('exclusive', 0),
      reverse: c.integer('reverse', 0),
    });
  },
  TopK: c => {
    const [k] = c.opset < 10 ? [c.integer('k', 1)] : c.dims(1, 'the count k');
    c.finish('TopK', [c.tensor(0)], {
      k: k as number,
      axis: axisOf(c.integer('axis', -1), rankOf(c)),
      largest: c.integer('largest', 1),
    });
  },

  // Shapes.
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
    c.finish(c.typeOf(y!).dtype === to ? 'Identity' : 'Cast', [y!], c.typeOf(y!).dtype === to ? {} : { to });
  },
  Flatten: c => c.finish('Flatten', [c.tensor(0)], { axis: axisOf(c.integer('axis', 1), rankOf(c)) }),
  Gather: c => c.finish('Gather', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)) }),
  GatherND: c => {
    if (c.integer('batch_dims', 0) !== 0) throw new Unsupported('batch_dims');
    return c.finish('GatherND', all(c));
  },
  GatherElements: c => c.finish('GatherElements', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)) }),
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
  Reshape: c => {
    const wanted = c.dims(1, 'the shape');
    const { shape } = c.type(0);
    const copies = c.integer('allowzero', 0) === 0;
    c.finish('Reshape', [c.tensor(0)], {
      shape: wanted.map((d, i) => (d === 0 && copies ? (shape[i] ?? 0) : d)),
    });
  },
  Scatter: c => c.finish('ScatterElements', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)) }),
  ScatterElements: c => {
    const reduction = c.text('reduction', 'none');
    if (reduction !== 'none' && reduction !== 'add') throw new Unsupported(`reduction "${reduction}"`);
    c.finish('ScatterElements', all(c), { axis: axisOf(c.integer('axis', 0), rankOf(c)), reduction });
  },
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
    const given = c.opset < 13 ? c.integers('split') : c.has(1) ? c.dims(1, 'the list of sizes') : undefined;
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
    const given = c.opset < 13 ? c.integers('axes') : c.has(1) ? c.numbers(1, 'the list of axes') : undefined;
    const { shape } = c.type(0);
    const axes = given
      ? given.map(a => axisOf(a, shape.length))
      : shape.flatMap((d, i) => (d === 1 ? [i] : []));
    c.finish('Squeeze', [c.tensor(0)], { axes });
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
    c.finish('Unsqueeze', [c.tensor(0)], { axes: axes.map(a => (a < 0 ? a + rankOf(c) + axes.length : a)) });
  },
};

/** Folded while reading: their outputs follow from shapes alone. */
const folded: readonly string[] = ['Constant', 'Shape', 'Size'];
/** Put in their place (control.ts). */
const placed: readonly string[] = ['If', 'Loop', 'Scan'];

/** What is read and run: an operator of the engine's own name only if the engine computes it. */
export const claims: readonly string[] = [...Object.keys(translations), ...folded, ...placed]
  .filter(name => !needsOwnOp.has(name) || isComputed(name))
  .sort();
