/** How products, windows, normalisations and recurrent layers are written. */
import type { Dim } from '../../model/graph';
import { arithmetic, rank, same, type Write, type WriteContext } from './writing';
import { window } from './writtenWindow';

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

export const layerWriters: Readonly<Record<string, Write>> = {
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
};
