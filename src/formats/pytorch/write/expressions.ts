/** How each of our ops is written in PyTorch: one expression over its inputs. */
import { conv, padList, recurrent, spatial, transposed, windowed } from './layers';
import {
  argument,
  boolean,
  call,
  type Expression,
  float,
  infix,
  isFloat,
  long,
  type PythonContext,
  pythonNumber,
  rank,
  real,
  reduce,
  torchTypes,
  tuple,
} from './spelling';

/** PyTorch counts these indices from the beginning only. */
const wrapped = (c: PythonContext): string => {
  const axis = c.number('axis', 0);
  return `${long(c, 1)} % ${c.type(0).shape.at(axis)}`;
};

/** What becomes of values that meet at one place, as scatter_reduce calls it. */
const reductionOf = (c: PythonContext): string => {
  const given = c.text('reduction', 'none');
  const known: Readonly<Record<string, string>> = {
    none: 'none',
    add: 'sum',
    mul: 'prod',
    max: 'amax',
    min: 'amin',
  };
  return known[given] ?? c.refuse(`the reduction ${given}`);
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
  GridSample: c => {
    const mode = { nearest: 'nearest', linear: 'bilinear', cubic: 'bicubic' }[c.text('mode', 'linear')];
    const corners = c.number('align_corners', 0) ? 'True' : 'False';
    return `F.grid_sample(${c.inputs[0]}, ${c.inputs[1]}, mode="${mode}", padding_mode="${c.text('padding_mode', 'zeros')}", align_corners=${corners})`;
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
  ScatterElements: c => {
    const how = reductionOf(c);
    const given = `${c.inputs[0]}, ${c.number('axis', 0)}, ${wrapped(c)}, ${c.inputs[2]}`;
    if (how === 'none') return `torch.scatter(${given})`;
    return how === 'sum' ? `torch.scatter_add(${given})` : `torch.scatter_reduce(${given}, "${how}")`;
  },
  ScatterND: c => {
    const how = reductionOf(c);
    return how === 'none' || how === 'sum'
      ? `${c.inputs[0]}.index_put(${long(c, 1)}.unbind(-1), ${c.inputs[2]}${how === 'sum' ? ', accumulate=True' : ''})`
      : `_scatter_nd(${c.inputs[0]}, ${long(c, 1)}, ${c.inputs[2]}, "${how}")`;
  },
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
