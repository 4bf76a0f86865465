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

/** A window's pads as Pad has them, with batch and channels. */
function borders(window: Attributes): number[] {
  const pads = window['pads'] as readonly number[];
  const n = pads.length / 2;
  return [0, 0, ...pads.slice(0, n), 0, 0, ...pads.slice(n)];
}

export const family: OperatorFamily = {
  translations: {
    AveragePool: averagePool,
    MaxPool: maxPool,
    GlobalAveragePool: same(),
    GlobalMaxPool: same(),
    Resize: resize,
    Upsample: resize,
  },
};
