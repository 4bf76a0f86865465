/** How each of our ops is written in PyTorch: one expression over its inputs. */
import type { Dim, DType, Node, Shape, TensorType } from '../../../model/graph';

export interface PythonContext {
  node: Node;
  /** Python expressions of the inputs; "" where one is left out. */
  inputs: readonly string[];
  has(input: number): boolean;
  /** The input, or its number where it is a constant scalar and the other input is none. */
  plain(input: number): string;
  type(input: number): TensorType;
  outputType(output: number): TensorType;
  outputs: number;
  number(name: string, otherwise: number): number;
  text(name: string, otherwise: string): string;
  ints(name: string): readonly number[] | undefined;
  dims(name: string): readonly Dim[] | undefined;
  refuse(why: string): never;
}

/** An expression; of a tuple where the op has several outputs. */
export type Expression = (c: PythonContext) => string;

export const torchTypes: Readonly<Record<DType, string>> = {
  float32: 'torch.float32',
  float64: 'torch.float32',
  float16: 'torch.float32',
  bfloat16: 'torch.float32',
  int64: 'torch.int64',
  int32: 'torch.int32',
  int8: 'torch.int8',
  uint8: 'torch.uint8',
  bool: 'torch.bool',
};

const isFloat = (t: DType): boolean => /^b?float/.test(t);
const rank = (c: PythonContext, i = 0): number => c.type(i).shape.length;
/** (2, N); with the comma that a tuple of one needs. */
export const tuple = (of: Shape): string => `(${of.join(', ')}${of.length === 1 ? ',' : ''})`;

const call =
  (f: string): Expression =>
  c =>
    `${f}(${c.inputs.filter(x => x !== '').join(', ')})`;
/** Functions that are not defined for integers. */
const real =
  (f: string): Expression =>
  c =>
    `${f}(${float(c)})`;
const infix =
  (op: string): Expression =>
  c =>
    `${c.plain(0)} ${op} ${c.plain(1)}`;
const float = (c: PythonContext, i = 0): string =>
  isFloat(c.type(i).dtype) ? c.inputs[i]! : `${c.inputs[i]}.float()`;
const long = (c: PythonContext, i: number): string =>
  c.type(i).dtype === 'int64' ? c.inputs[i]! : `${c.inputs[i]}.long()`;
const boolean = (c: PythonContext, i: number): string =>
  c.type(i).dtype === 'bool' ? c.inputs[i]! : `${c.inputs[i]}.bool()`;

const reduce =
  (f: string, options: { real?: boolean; several?: boolean; extra?: string } = {}): Expression =>
  c => {
    const axes = c.ints('axes');
    const all = axes?.length ? [...axes] : Array.from({ length: rank(c) }, (_, i) => i);
    const x = options.real ? float(c) : c.inputs[0]!;
    const keep = c.number('keepdims', 1) ? 'True' : 'False';
    if (all.length === 0) return x;
    if (options.several !== false)
      return `${f}(${x}, dim=${tuple(all)}, keepdim=${keep}${options.extra ?? ''})`;
    // One axis at a time, from the last, so that the others stay where they are.
    const n = rank(c);
    return all
      .map(a => (a < 0 ? a + n : a))
      .sort((a, b) => b - a)
      .reduce((y, a) => `${f}(${y}, dim=${a}, keepdim=${keep}${options.extra ?? ''})`, x);
  };

const argument =
  (f: string): Expression =>
  c =>
    `${f}(${c.inputs[0]}, dim=${c.number('axis', 0)}, keepdim=${c.number('keepdims', 1) ? 'True' : 'False'})`;

/** Padding of a window: by the layer where it is the same on both sides, else before it. */
function windowed(c: PythonContext, n: number, fill: string | undefined) {
  const pads = c.ints('pads') ?? new Array<number>(2 * n).fill(0);
  const even = Array.from({ length: n }, (_, i) => pads[i] === pads[i + n]).every(Boolean);
  const list = (name: string, otherwise: number) =>
    tuple(c.ints(name) ?? new Array<number>(n).fill(otherwise));
  const before = pads.slice(0, n);
  return {
    x: even ? c.inputs[0]! : `F.pad(${c.inputs[0]}, ${padList(pads, n)}${fill ? `, value=${fill}` : ''})`,
    padding: tuple(even ? before : before.map(() => 0)),
    strides: list('strides', 1),
    dilations: list('dilations', 1),
    even,
  };
}

/** PyTorch pads from the last axis to the first. */
function padList(pads: readonly number[], n: number): string {
  const out: number[] = [];
  for (let i = n - 1; i >= 0; i--) out.push(pads[i]!, pads[i + n]!);
  return tuple(out);
}

const conv: Expression = c => {
  const n = rank(c) - 2;
  const { x, padding, strides, dilations } = windowed(c, n, undefined);
  const bias = c.has(2) ? c.inputs[2] : 'None';
  return `F.conv${n}d(${x}, ${c.inputs[1]}, ${bias}, stride=${strides}, padding=${padding}, dilation=${dilations}, groups=${c.number('group', 1)})`;
};

/** A transposed convolution with the result's size: what the even padding leaves too much is cut off. */
const transposed: Expression = c => {
  const n = rank(c) - 2;
  const pads = c.ints('pads') ?? new Array<number>(2 * n).fill(0);
  const list = (name: string, otherwise: number) =>
    tuple(c.ints(name) ?? new Array<number>(n).fill(otherwise));
  const bias = c.has(2) ? c.inputs[2] : 'None';
  const out = c.outputType(0).shape.slice(2);
  const extra = c.ints('output_padding');
  const even = Array.from({ length: n }, (_, i) => pads[i] === pads[i + n]).every(Boolean);
  const size = c.dims('shape')?.slice(2) ?? out;
  const options = `stride=${list('strides', 1)}, groups=${c.number('group', 1)}, dilation=${list('dilations', 1)}`;
  if (even && extra)
    return `F.conv_transpose${n}d(${c.inputs[0]}, ${c.inputs[1]}, ${bias}, ${options}, padding=${tuple(pads.slice(0, n))}, output_padding=${tuple(extra)})`;
  // Without padding the result is as large as can be; the rest is cut (or, for output padding, added).
  const whole = `F.conv_transpose${n}d(${c.inputs[0]}, ${c.inputs[1]}, ${bias}, ${options})`;
  return `_window(${whole}, ${tuple(pads.slice(0, n))}, ${tuple(size)}, ${bias})`;
};

const recurrent: Expression = c => {
  const { node } = c;
  const gates = { LSTM: 4, GRU: 3, RNN: 1 }[node.op as 'LSTM' | 'GRU' | 'RNN'];
  if (c.has(4)) c.refuse('sequences of several lengths');
  const kind = JSON.stringify(node.op);
  const activations = node.attributes['activations'] as readonly string[] | undefined;
  const own = activations?.join(',') ?? '';
  const usual = {
    LSTM: /^$|^(Sigmoid,Tanh,Tanh,?)+$/,
    GRU: /^$|^(Sigmoid,Tanh,?)+$/,
    RNN: /^$|^((Tanh|Relu),?)+$/,
  };
  if (!usual[node.op as 'LSTM'].test(own)) c.refuse(`the activations ${own}`);
  const relu = node.op === 'RNN' && own.startsWith('Relu');
  if (node.op === 'GRU' && !c.number('linear_before_reset', 0))
    c.refuse('a GRU that resets before its linear layer');
  const given = (i: number) => (c.has(i) ? c.inputs[i] : 'None');
  return `_recurrent(${kind}, ${c.inputs[0]}, ${c.inputs[1]}, ${c.inputs[2]}, ${given(3)}, ${given(5)}, ${given(6)}, ${c.number('hidden_size', 0)}, ${JSON.stringify(c.text('direction', 'forward'))}, ${gates}, ${relu ? 'True' : 'False'})`;
};

/** PyTorch counts these indices from the beginning only. */
const wrapped = (c: PythonContext): string => {
  const axis = c.number('axis', 0);
  return `${long(c, 1)} % ${c.type(0).shape.at(axis)}`;
};

const shaped = (c: PythonContext, i: number): string => `${c.inputs[i]}`;

const selu = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

export const expressions: Readonly<Record<string, Expression>> = {
  Abs: call('torch.abs'),
  Acos: real('torch.acos'),
  Acosh: real('torch.acosh'),
  Asin: real('torch.asin'),
  Asinh: real('torch.asinh'),
  Atan: real('torch.atan'),
  Atanh: real('torch.atanh'),
  Ceil: real('torch.ceil'),
  Celu: c => `F.celu(${c.inputs[0]}, alpha=${c.number('alpha', 1)})`,
  Cos: real('torch.cos'),
  Cosh: real('torch.cosh'),
  Elu: c => `F.elu(${c.inputs[0]}, alpha=${c.number('alpha', 1)})`,
  Erf: real('torch.erf'),
  Exp: real('torch.exp'),
  Floor: real('torch.floor'),
  Gelu: c =>
    `F.gelu(${c.inputs[0]}${c.text('approximate', 'none') === 'tanh' ? ', approximate="tanh"' : ''})`,
  HardSigmoid: c =>
    `torch.clamp(${c.inputs[0]} * ${c.number('alpha', 0.2)} + ${c.number('beta', 0.5)}, 0.0, 1.0)`,
  HardSwish: call('F.hardswish'),
  Identity: c => c.inputs[0]!,
  IsInf: c => {
    const [below, above] = [c.number('detect_negative', 1), c.number('detect_positive', 1)];
    if (below && above) return `torch.isinf(${c.inputs[0]})`;
    if (!below && !above) return `torch.zeros_like(${c.inputs[0]}, dtype=torch.bool)`;
    return `torch.is${below ? 'neg' : 'pos'}inf(${c.inputs[0]})`;
  },
  IsNaN: call('torch.isnan'),
  LeakyRelu: c => `F.leaky_relu(${c.inputs[0]}, ${c.number('alpha', 0.01)})`,
  Log: real('torch.log'),
  LogSoftmax: c => `F.log_softmax(${c.inputs[0]}, dim=${c.number('axis', -1)})`,
  Mish: call('F.mish'),
  Neg: c => `-${c.inputs[0]}`,
  Not: c => `~${boolean(c, 0)}`,
  Reciprocal: real('torch.reciprocal'),
  Relu: call('F.relu'),
  Round: real('torch.round'),
  Selu: c => {
    const [alpha, gamma] = [c.number('alpha', selu.alpha), c.number('gamma', selu.gamma)];
    const usual = Math.abs(alpha - selu.alpha) < 1e-6 && Math.abs(gamma - selu.gamma) < 1e-6;
    return usual ? `F.selu(${c.inputs[0]})` : `F.elu(${c.inputs[0]}, alpha=${alpha}) * ${gamma}`;
  },
  Shrink: c =>
    `torch.where(${c.inputs[0]} < ${-c.number('lambd', 0.5)}, ${c.inputs[0]} + ${c.number('bias', 0)}, torch.where(${c.inputs[0]} > ${c.number('lambd', 0.5)}, ${c.inputs[0]} - ${c.number('bias', 0)}, torch.zeros_like(${c.inputs[0]})))`,
  Sigmoid: real('torch.sigmoid'),
  Sign: call('torch.sign'),
  Sin: real('torch.sin'),
  Sinh: real('torch.sinh'),
  Softmax: c => `F.softmax(${c.inputs[0]}, dim=${c.number('axis', -1)})`,
  Softplus: c => `F.softplus(${c.inputs[0]}, beta=${c.number('beta', 1)}, threshold=1e9)`,
  Softsign: call('F.softsign'),
  Sqrt: real('torch.sqrt'),
  Swish: call('F.silu'),
  Tan: real('torch.tan'),
  Tanh: real('torch.tanh'),
  ThresholdedRelu: c => `F.threshold(${c.inputs[0]}, ${c.number('alpha', 1)}, ${c.number('value', 0)})`,
  Clip: c => {
    const limit = (name: string) => {
      const value = c.node.attributes[name];
      return typeof value === 'number' && Math.abs(value) < 3.4e38 ? String(value) : 'None';
    };
    const [min, max] = [limit('min'), limit('max')];
    return min === 'None' && max === 'None' ? c.inputs[0]! : `torch.clamp(${c.inputs[0]}, ${min}, ${max})`;
  },
  Cast: c => `${c.inputs[0]}.to(${torchTypes[c.outputType(0).dtype]})`,
  Dropout: c => `F.dropout(${c.inputs[0]}, ${c.number('ratio', 0.5)}, self.training)`,

  Add: infix('+'),
  And: c => `${boolean(c, 0)} & ${boolean(c, 1)}`,
  Div: c =>
    isFloat(c.outputType(0).dtype)
      ? `${c.plain(0)} / ${c.plain(1)}`
      : `torch.div(${c.inputs[0]}, ${c.inputs[1]}, rounding_mode="trunc")`,
  Equal: infix('=='),
  Greater: infix('>'),
  GreaterOrEqual: infix('>='),
  Less: infix('<'),
  LessOrEqual: infix('<='),
  NotEqual: infix('!='),
  Max: c => c.inputs.slice(1).reduce((a, b) => `torch.maximum(${a}, ${b})`, c.inputs[0]!),
  Min: c => c.inputs.slice(1).reduce((a, b) => `torch.minimum(${a}, ${b})`, c.inputs[0]!),
  Mod: c => `torch.remainder(${c.inputs[0]}, ${c.inputs[1]})`,
  Mul: infix('*'),
  Or: c => `${boolean(c, 0)} | ${boolean(c, 1)}`,
  Pow: c => `torch.pow(${c.inputs[0]}, ${c.inputs[1]})`,
  PRelu: c => `torch.where(${c.inputs[0]} >= 0, ${c.inputs[0]}, ${c.inputs[0]} * ${c.inputs[1]})`,
  Sub: infix('-'),
  Where: c => `torch.where(${boolean(c, 0)}, ${c.plain(1)}, ${c.plain(2)})`,
  Xor: c => `${boolean(c, 0)} ^ ${boolean(c, 1)}`,

  Conv: conv,
  ConvTranspose: transposed,
  ConvGradInput: transposed,
  Einsum: c => `torch.einsum(${JSON.stringify(c.text('equation', ''))}, ${c.inputs.join(', ')})`,
  FusedMatMul: c => {
    const turned = (i: number, name: string) =>
      c.number(name, 0) ? `${c.inputs[i]}.transpose(-1, -2)` : c.inputs[i]!;
    const alpha = c.number('alpha', 1);
    return `${turned(0, 'transA')} @ ${turned(1, 'transB')}${alpha === 1 ? '' : ` * ${alpha}`}`;
  },
  Gemm: c => {
    const [alpha, beta] = [c.number('alpha', 1), c.number('beta', 1)];
    // The common case is a linear layer, over any number of leading axes.
    if (!c.number('transA', 0) && c.number('transB', 0) && alpha === 1 && (beta === 1 || !c.has(2)))
      return `F.linear(${c.inputs[0]}, ${c.inputs[1]}${c.has(2) ? `, ${c.inputs[2]}` : ''})`;
    const a = c.number('transA', 0) ? `${c.inputs[0]}.t()` : c.inputs[0];
    const b = c.number('transB', 0) ? `${c.inputs[1]}.t()` : c.inputs[1];
    const product = `${a} @ ${b}${alpha === 1 ? '' : ` * ${alpha}`}`;
    return c.has(2) ? `${product} + ${c.inputs[2]}${beta === 1 ? '' : ` * ${beta}`}` : product;
  },
  MatMul: c => `${c.inputs[0]} @ ${c.inputs[1]}`,

  AveragePool: c => {
    const n = rank(c) - 2;
    const { x, padding, strides, even } = windowed(c, n, '0.0');
    const divisor = c.number('divisor_override', 0);
    const include = c.number('count_include_pad', 0);
    if (!even && !include && !divisor) c.refuse('a mean over uneven padding');
    if (c.ints('dilations')?.some(d => d !== 1)) c.refuse('a mean over a dilated window');
    return `F.avg_pool${n}d(${x}, ${tuple(c.ints('kernel_shape')!)}, stride=${strides}, padding=${padding}, ceil_mode=${c.number('ceil_mode', 0) ? 'True' : 'False'}, count_include_pad=${include ? 'True' : 'False'}${divisor ? `, divisor_override=${divisor}` : ''})`;
  },
  AdaptiveAveragePool: c =>
    `F.adaptive_avg_pool${rank(c) - 2}d(${c.inputs[0]}, ${tuple(c.dims('output_size')!)})`,
  AdaptiveMaxPool: c =>
    `F.adaptive_max_pool${rank(c) - 2}d(${c.inputs[0]}, ${tuple(c.dims('output_size')!)})`,
  GlobalAveragePool: c => `${c.inputs[0]}.mean(dim=${tuple(spatial(c))}, keepdim=True)`,
  GlobalMaxPool: c => `${c.inputs[0]}.amax(dim=${tuple(spatial(c))}, keepdim=True)`,
  MaxPool: c => {
    const n = rank(c) - 2;
    const { x, padding, strides, dilations } = windowed(c, n, 'float("-inf")');
    const indices = c.outputs > 1 ? ', return_indices=True' : '';
    return `F.max_pool${n}d(${x}, ${tuple(c.ints('kernel_shape')!)}, stride=${strides}, padding=${padding}, dilation=${dilations}, ceil_mode=${c.number('ceil_mode', 0) ? 'True' : 'False'}${indices})`;
  },

  BatchNormalization: c => {
    const given = (i: number) => (c.has(i) ? c.inputs[i] : 'None');
    const tracked = c.has(3) && c.has(4);
    const momentum = Number((1 - c.number('momentum', 0.9)).toPrecision(7));
    return `F.batch_norm(${c.inputs[0]}, ${given(3)}, ${given(4)}, ${given(1)}, ${given(2)}, training=${tracked ? 'self.training' : 'True'}, momentum=${momentum}, eps=${c.number('epsilon', 1e-5)})`;
  },
  GroupNormalization: c =>
    `F.group_norm(${c.inputs[0]}, ${c.number('num_groups', 1)}, ${c.has(1) ? c.inputs[1] : 'None'}, ${c.has(2) ? c.inputs[2] : 'None'}, eps=${c.number('epsilon', 1e-5)})`,
  InstanceNormalization: c =>
    `F.instance_norm(${c.inputs[0]}, weight=${c.has(1) ? c.inputs[1] : 'None'}, bias=${c.has(2) ? c.inputs[2] : 'None'}, eps=${c.number('epsilon', 1e-5)})`,
  LayerNormalization: c => {
    const own = c.type(0).shape.slice(c.number('axis', -1));
    return `F.layer_norm(${c.inputs[0]}, ${tuple(own)}, ${c.has(1) ? c.inputs[1] : 'None'}, ${c.has(2) ? c.inputs[2] : 'None'}, eps=${c.number('epsilon', 1e-5)})`;
  },
  LRN: c => {
    const size = c.number('size', 1);
    const before = c.number('before', Math.floor((size - 1) / 2));
    return `_lrn(${c.inputs[0]}, ${size}, ${before}, ${c.number('alpha', 1e-4)}, ${c.number('beta', 0.75)}, ${c.number('bias', 1)})`;
  },
  RMSNormalization: c => {
    const n = rank(c);
    const axis = c.number('axis', -1);
    const from = axis < 0 ? axis + n : axis;
    const axes = tuple(Array.from({ length: n - from }, (_, i) => from + i));
    const x = c.inputs[0]!;
    const y = `${x} * torch.rsqrt(${x}.square().mean(dim=${axes}, keepdim=True) + ${c.number('epsilon', 1e-5)})`;
    return c.has(1) ? `${y} * ${shaped(c, 1)}` : y;
  },
  Standardize: c => {
    const axes = tuple(c.ints('axes')!);
    const x = c.inputs[0]!;
    return `_standardize(${x}, ${axes}, ${c.number('epsilon', 1e-5)})${c.outputs === 1 ? '[0]' : ''}`;
  },
  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,
  Resize: c => {
    const n = rank(c);
    const mode = c.text('mode', 'nearest');
    const how = c.text('coordinate_transformation_mode', 'half_pixel');
    const size = tuple(c.outputType(0).shape.slice(2));
    const same = c
      .type(0)
      .shape.slice(0, 2)
      .every((d, i) => d === c.outputType(0).shape[i]);
    if (!same || n < 3 || n > 5) c.refuse('a resize of rows or channels');
    if (mode === 'nearest') {
      const rounding = c.text('nearest_mode', 'round_prefer_floor');
      if (how === 'asymmetric' && rounding === 'floor') return `F.interpolate(${c.inputs[0]}, size=${size})`;
      if (how === 'half_pixel') return `F.interpolate(${c.inputs[0]}, size=${size}, mode="nearest-exact")`;
      return c.refuse(`a resize by ${how} and ${rounding}`);
    }
    if (how !== 'align_corners' && how !== 'half_pixel' && how !== 'pytorch_half_pixel')
      c.refuse(`a resize by ${how}`);
    const name = mode === 'cubic' ? 'bicubic' : (['linear', 'bilinear', 'trilinear'][n - 3] ?? 'bilinear');
    return `F.interpolate(${c.inputs[0]}, size=${size}, mode="${name}", align_corners=${how === 'align_corners' ? 'True' : 'False'})`;
  },

  ArgMax: argument('torch.argmax'),
  ArgMin: argument('torch.argmin'),
  ReduceL1: c => `${reduce('torch.sum')({ ...c, inputs: [`${c.inputs[0]}.abs()`] })}`,
  ReduceL2: c => `torch.sqrt(${reduce('torch.sum')({ ...c, inputs: [`${float(c)}.square()`] })})`,
  ReduceLogSumExp: reduce('torch.logsumexp', { real: true }),
  ReduceMax: reduce('torch.amax'),
  ReduceMean: reduce('torch.mean', { real: true }),
  ReduceMin: reduce('torch.amin'),
  ReduceProd: reduce('torch.prod', { several: false }),
  ReduceSum: reduce('torch.sum'),
  CumSum: c => {
    const axis = c.number('axis', 0);
    const exclusive = c.number('exclusive', 0);
    if (c.number('reverse', 0)) {
      const y = `${c.inputs[0]}.flip(${axis}).cumsum(${axis}).flip(${axis})`;
      return exclusive ? `${y} - ${c.inputs[0]}` : y;
    }
    return `${c.inputs[0]}.cumsum(${axis})${exclusive ? ` - ${c.inputs[0]}` : ''}`;
  },
  TopK: c => {
    const k = c.dims('k') ?? c.node.attributes['k'] ?? 1;
    const all = `_top_k(${c.inputs[0]}, ${k}, ${c.number('axis', -1)}, ${c.number('largest', 1) ? 'True' : 'False'})`;
    return c.outputs === 1 ? `${all}[0]` : all;
  },

  Concat: c => `torch.cat([${c.inputs.join(', ')}], dim=${c.number('axis', 0)})`,
  ConstantOfShape: c =>
    `torch.full(${tuple(c.dims('shape') ?? [])}, ${c.node.attributes['value'] ?? 0}, dtype=${torchTypes[c.outputType(0).dtype]}, device=device)`,
  Expand: c => `${c.inputs[0]}.expand(${c.outputType(0).shape.join(', ')})`,
  EyeLike: c => {
    const [rows, columns] = c.outputType(0).shape;
    const type = torchTypes[c.outputType(0).dtype];
    return `torch.diagonal_scatter(torch.zeros(${rows}, ${columns}, dtype=${type}, device=device), torch.ones_like(torch.zeros(${rows}, ${columns}, dtype=${type}, device=device).diagonal(${c.number('k', 0)})), ${c.number('k', 0)})`;
  },
  Flatten: c => {
    const axis = c.number('axis', 1);
    if (axis === 1 && rank(c) > 1) return `torch.flatten(${c.inputs[0]}, 1)`;
    return `${c.inputs[0]}.reshape(${c.outputType(0).shape.join(', ')})`;
  },
  Gather: c => {
    const axis = c.number('axis', 0);
    const at = axis < 0 ? axis + rank(c) : axis;
    // One index takes the axis away; several put theirs in its place.
    return `${c.inputs[0]}[${[...new Array(at).fill(':'), long(c, 1)].join(', ')}]`;
  },
  GatherElements: c => `torch.gather(${c.inputs[0]}, ${c.number('axis', 0)}, ${wrapped(c)})`,
  GatherND: c => `${c.inputs[0]}[tuple(${long(c, 1)}.unbind(-1))]`,
  OneHot: c =>
    `_one_hot(${long(c, 0)}, ${c.node.attributes['depth']}, ${c.number('axis', -1)}, ${torchTypes[c.outputType(0).dtype]})`,
  Pad: c => {
    const n = rank(c);
    const pads = c.ints('pads') ?? new Array<number>(2 * n).fill(0);
    const mode = c.text('mode', 'constant');
    // Axes that are not padded need not be named.
    let first = 0;
    while (first < n - 1 && pads[first] === 0 && pads[first + n] === 0) first++;
    const own = [...pads.slice(first, n), ...pads.slice(n + first)];
    const list = padList(own, n - first);
    if (mode === 'constant')
      return `F.pad(${c.inputs[0]}, ${list}, value=${pythonNumber(c.number('value', 0))})`;
    if (n - first > 3) c.refuse(`padding of ${n - first} axes in the mode ${mode}`);
    return `F.pad(${c.inputs[0]}, ${list}, mode="${({ edge: 'replicate', reflect: 'reflect', wrap: 'circular' } as Record<string, string>)[mode] ?? mode}")`;
  },
  Range: c =>
    `torch.arange(${c.node.attributes['start'] ?? 0}, ${c.node.attributes['limit'] ?? 0}, ${c.node.attributes['delta'] ?? 1}, dtype=${torchTypes[c.outputType(0).dtype]}, device=device)`,
  Reshape: c => `${c.inputs[0]}.reshape(${tuple(c.outputType(0).shape)})`,
  ScatterElements: c =>
    c.text('reduction', 'none') === 'add'
      ? `torch.scatter_add(${c.inputs[0]}, ${c.number('axis', 0)}, ${wrapped(c)}, ${c.inputs[2]})`
      : `torch.scatter(${c.inputs[0]}, ${c.number('axis', 0)}, ${wrapped(c)}, ${c.inputs[2]})`,
  ScatterND: c =>
    `${c.inputs[0]}.index_put(${long(c, 1)}.unbind(-1), ${c.inputs[2]}${c.text('reduction', 'none') === 'add' ? ', accumulate=True' : ''})`,
  Slice: c => {
    const starts = c.dims('starts')!;
    const ends = c.dims('ends')!;
    const axes = c.ints('axes') ?? starts.map((_, i) => i);
    const steps = c.ints('steps') ?? starts.map(() => 1);
    const n = rank(c);
    const parts = new Array<string>(n).fill(':');
    let flipped = '';
    for (const [i, a] of axes.entries()) {
      const at = a < 0 ? a + n : a;
      if (steps[i]! > 0) {
        const end = ends[i]!;
        const open = typeof end === 'number' && end > 1e9;
        parts[at] =
          `${starts[i] === 0 ? '' : starts[i]}:${open ? '' : end}${steps[i] === 1 ? '' : `:${steps[i]}`}`;
      } else {
        const [s, e] = [starts[i]!, ends[i]!];
        const whole = (s === -1 || (typeof s === 'number' && s > 1e9)) && typeof e === 'number' && e < -1e9;
        if (steps[i] !== -1 || !whole) c.refuse('a slice that runs backwards');
        flipped += `.flip(${at})`;
      }
    }
    return `${c.inputs[0]}${parts.every(p => p === ':') ? '' : `[${parts.join(', ')}]`}${flipped}`;
  },
  Split: c => {
    const axis = c.number('axis', 0);
    const at = axis < 0 ? axis + rank(c) : axis;
    const sizes = Array.from({ length: c.outputs }, (_, i) => c.outputType(i).shape[at]!);
    return `torch.split(${c.inputs[0]}, [${sizes.join(', ')}], dim=${axis})${c.outputs === 1 ? '[0]' : ''}`;
  },
  Squeeze: c => `${c.inputs[0]}.reshape(${tuple(c.outputType(0).shape)})`,
  SumTo: c => `${c.inputs[0]}.sum_to_size(${tuple(c.dims('shape')!)})`,
  Tile: c => {
    const repeats = c.dims('repeats')!;
    return `${c.inputs[0]}.repeat(${c
      .type(0)
      .shape.map((_, i) => repeats[i] ?? 1)
      .join(', ')})`;
  },
  Transpose: c => {
    const perm = c.ints('perm') ?? c.type(0).shape.map((_, i) => rank(c) - 1 - i);
    return `${c.inputs[0]}.permute(${perm.join(', ')})`;
  },
  Trilu: c => `torch.${c.number('upper', 1) ? 'triu' : 'tril'}(${c.inputs[0]}, ${c.number('k', 0)})`,
  Unsqueeze: c => `${c.inputs[0]}.reshape(${tuple(c.outputType(0).shape)})`,
};

function spatial(c: PythonContext): number[] {
  return Array.from({ length: rank(c) - 2 }, (_, i) => i + 2);
}

export function pythonNumber(x: number): string {
  if (Number.isNaN(x)) return 'float("nan")';
  if (!Number.isFinite(x)) return x > 0 ? 'float("inf")' : 'float("-inf")';
  return String(x);
}

/** Functions that some expressions call, by name: written where they are used. */
export const helpers: Readonly<Record<string, string>> = {
  _one_hot: `def _one_hot(index, depth, axis, kind):
    """Indices below zero count from the end; those outside have no one."""
    index = torch.where(index < 0, index + depth, index)
    return (index.unsqueeze(-1) == torch.arange(depth, device=index.device)).to(kind).movedim(-1, axis)`,
  _top_k: `def _top_k(x, k, axis, largest):
    """The k largest; of equal ones those that come first."""
    values, indices = torch.sort(x, dim=axis, descending=largest, stable=True)
    return values.narrow(axis, 0, k), indices.narrow(axis, 0, k)`,
  _window: `def _window(x, start, size, bias):
    """The part of x that begins at start; what lies behind its end is the bias alone."""
    for axis, (first, length) in enumerate(zip(start, size), 2):
        x = x.narrow(axis, first, min(length, x.size(axis) - first))
        if x.size(axis) < length:
            rest = [*x.shape]
            rest[axis] = length - x.size(axis)
            fill = x.new_zeros(rest)
            if bias is not None:
                fill = fill + bias.reshape(1, -1, *[1] * (x.dim() - 2))
            x = torch.cat([x, fill], axis)
    return x`,
  _standardize: `def _standardize(x, axes, epsilon):
    mean = x.mean(dim=axes, keepdim=True)
    variance = (x - mean).square().mean(dim=axes, keepdim=True)
    return (x - mean) / torch.sqrt(variance + epsilon), mean, variance`,
  _lrn: `def _lrn(x, size, before, alpha, beta, bias):
    """Local response normalization over windows of channels."""
    square = x.square()
    pad = [0, 0] * (x.dim() - 2) + [before, size - 1 - before]
    windows = F.pad(square, pad).unfold(1, size, 1).sum(-1)
    return x / (bias + alpha / size * windows) ** beta`,
  _recurrent: `def _recurrent(kind, x, w, r, b, h, c, size, direction, gates, relu):
    """A recurrent layer with ONNX's weights (directions, gates * size, …), whose gates stand in another order."""
    order = {"LSTM": [0, 2, 3, 1], "GRU": [1, 0, 2], "RNN": [0]}[kind]
    def sorted_gates(t):
        parts = t.chunk(gates, dim=0)
        return torch.cat([parts[i] for i in order], dim=0)
    results, states, cells = [], [], []
    for d in range(w.size(0)):
        backwards = direction == "reverse" or d == 1
        weights = [sorted_gates(w[d]), sorted_gates(r[d])]
        if b is not None:
            both = b[d].chunk(2, dim=0)
            weights += [sorted_gates(both[0]), sorted_gates(both[1])]
        start = h[d : d + 1] if h is not None else x.new_zeros(1, x.size(1), size)
        run = x.flip(0) if backwards else x
        if kind == "LSTM":
            cell = c[d : d + 1] if c is not None else torch.zeros_like(start)
            y, last, cell = torch.lstm(run, (start, cell), weights, b is not None, 1, 0.0, False, False, False)
            cells.append(cell)
        else:
            f = torch.gru if kind == "GRU" else torch.rnn_relu if relu else torch.rnn_tanh
            y, last = f(run, start, weights, b is not None, 1, 0.0, False, False, False)
        results.append(y.flip(0) if backwards else y)
        states.append(last)
    out = torch.stack(results, dim=1), torch.cat(states)
    return (*out, torch.cat(cells)) if kind == "LSTM" else out`,
};
