/** Pools and interpolation. */
import { mulDims } from '../../../model/dim';
import type { Attributes, Dim } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { resize } from '../resize';
import { NeedsSize, type Translate, Unsupported } from '../translation';
import { huge, same } from './_shared';
import { kernelOf, windowAttributes } from './_windows';

const averagePool: Translate = c => {
  const kernel = kernelOf(c);
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
  const kernel = kernelOf(c);
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
  if (typeof plane !== 'number') throw new NeedsSize('Indices of unknown sizes');
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

/** Norms of windows: means of powers, times how many are summed. */
const normPool: Translate = c => {
  const kernel = kernelOf(c);
  if (c.integer('ceil_mode', 0) !== 0) throw new Unsupported('ceil_mode');
  const window = windowAttributes(c, kernel);
  const p = c.integer('p', 2);
  const powers = c.emit('Pow', [c.emit('Abs', [c.tensor(0)])[0]!, c.constant('float32', [], [p])]);
  const padded = c.emit('Pad', powers, { pads: borders(window), mode: 'constant', value: 0 });
  const plain = { ...window, pads: kernel.flatMap(() => [0, 0]), ceil_mode: 0, count_include_pad: 1 };
  const mean = c.emit('AveragePool', padded, plain)[0]!;
  const size = kernel.reduce((a, b) => a * b, 1);
  const sum = c.emit('Mul', [mean, c.constant('float32', [], [size])])[0]!;
  return c.finish('Pow', [sum, c.constant('float32', [], [1 / p])]);
};

/** Sums of windows where they overlap: a transposed convolution whose filters each set one place. */
const fold: Translate = c => {
  const image = c.numbers(1, 'the size of the image');
  const block = c.numbers(2, 'the size of a block');
  const n = block.length;
  const [batch, packed] = c.type(0).shape;
  const places = block.reduce((a, b) => a * b, 1);
  c.room('blocks', ...block, ...block);
  if (typeof packed !== 'number' || batch === undefined) throw new NeedsSize('channels of unknown number');
  const strides = c.integers('strides') ?? block.map(() => 1);
  const dilations = c.integers('dilations') ?? block.map(() => 1);
  const pads = c.integers('pads') ?? new Array<number>(2 * n).fill(0);
  const total = block.map((_, i) => pads[i]! + pads[i + n]!);
  const reach = block.map((k, i) => dilations[i]! * (k - 1) + 1);
  const counts = image.map((size, i) => Math.floor((size + total[i]! - reach[i]!) / strides[i]!) + 1);
  const fits =
    image.length === n && packed % places === 0 && counts.every(k => Number.isInteger(k) && k >= 1);
  if (!fits) throw new Unsupported(`blocks of ${block.join(' × ')} in ${image.join(' × ')}`);
  const x = c.emit('Reshape', [c.tensor(0)], {
    shape: [mulDims(batch, packed / places), places, ...counts],
  });
  const filters = Array.from({ length: places * places }, (_, i) =>
    i % places === Math.floor(i / places) ? 1 : 0,
  );
  const y = c.emit('ConvTranspose', [x[0]!, c.constant('float32', [places, 1, ...block], filters)], {
    kernel_shape: block,
    strides,
    pads,
    dilations,
    group: 1,
    output_padding: image.map((size, i) => size - ((counts[i]! - 1) * strides[i]! - total[i]! + reach[i]!)),
  });
  return c.finish('Reshape', y, { shape: [batch, packed / places, ...image] });
};

/** A window's pads as Pad has them, with batch and channels. */
function borders(window: Attributes): number[] {
  const pads = window['pads'] as readonly number[];
  const n = pads.length / 2;
  return [0, 0, ...pads.slice(0, n), 0, 0, ...pads.slice(n)];
}

export const family: OperatorFamily = {
  translations: {
    AveragePool: averagePool,
    Col2Im: fold,
    LpPool: normPool,
    MaxPool: maxPool,
    GlobalAveragePool: same(),
    GlobalMaxPool: same(),
    Resize: resize,
    Upsample: resize,
  },
};
