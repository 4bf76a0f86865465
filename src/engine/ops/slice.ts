import { addDims, bindDim, floorDivDims, isNegative, subDims } from '../../model/dim';
import type { Attributes, Dim, Shape } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { axisOf, input } from './_infer';
import { dot, kernelSource, launch, sizeOf, stridesOf } from './_launch';

interface Cut {
  axis: number;
  start: Dim;
  step: number;
  length: Dim;
}

/**
 * Where a bound lies, clamped into [low, high] as far as it is known; negative ones count from `size`, open ends are
 * huge numbers.
 */
function bound(value: Dim, size: Dim, low: number, high: Dim): Dim {
  let at = value;
  if (isNegative(at)) at = typeof at === 'number' && at < -1e9 ? low : addDims(size, at);
  if (typeof at === 'number' && typeof high === 'number') return Math.min(Math.max(at, low), high);
  if (typeof at === 'number' && at > 1e9) return high;
  if (isNegative(subDims(high, at))) return high;
  // What may be one or the other by the sizes is taken to lie inside.
  return isNegative(subDims(at, low)) ? low : at;
}

function cuts(shape: Shape, attributes: Attributes): Cut[] {
  const starts = attributes['starts'] as readonly Dim[];
  const ends = attributes['ends'] as readonly Dim[];
  const axes = (attributes['axes'] as readonly number[] | undefined) ?? starts.map((_, i) => i);
  const steps = (attributes['steps'] as readonly number[] | undefined) ?? starts.map(() => 1);
  return axes.map((given, i) => {
    const axis = axisOf(given, shape.length);
    const size = shape[axis]!;
    const step = steps[i]!;
    if (step === 0) throw new ShapeError('slice step cannot be zero');
    if (step > 0) {
      const start = bound(starts[i]!, size, 0, size);
      const end = bound(ends[i]!, size, 0, size);
      const span = subDims(end, start);
      const length = typeof span === 'number' && span <= 0 ? 0 : floorDivDims(addDims(span, step - 1), step);
      return { axis, start, step, length };
    }
    // Backwards: from `start` down to, but without, `end`.
    const last = subDims(size, 1);
    const start = bound(starts[i]!, size, -1, last);
    const end = bound(ends[i]!, size, -1, last);
    const span = subDims(start, end);
    const length = typeof span === 'number' && span <= 0 ? 0 : floorDivDims(addDims(span, -step - 1), -step);
    return { axis, start, step, length };
  });
}

/** Attributes `starts`, `ends`, `axes` (the first ones if absent), `steps` (1), with ONNX's meaning. */
export const op: OpDefinition = {
  name: 'Slice',
  summary: 'A part of a tensor',
  torch: ['x[a:b]', 'Tensor.narrow', 'torch.flip'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Slice');
    const shape = [...x.shape];
    for (const cut of cuts(x.shape, attributes)) shape[cut.axis] = cut.length;
    return [{ dtype: x.dtype, shape }];
  },
  gradient(g) {
    const x = g.type(g.inputs[0]!);
    const made = cuts(x.shape, g.attributes);
    return g.emit('SliceGrad', [g.outputGradients[0]!], {
      shape: x.shape,
      axes: made.map(c => c.axis),
      starts: made.map(c => bindDim(c.start, {})),
      steps: made.map(c => c.step),
    });
  },
  lower(l) {
    const [x] = l.inputs;
    const [y] = l.outputs;
    const strides = stridesOf(x!.shape);
    const made = cuts(x!.shape, l.attributes);
    const origin = made.reduce((sum, c) => sum + Number(c.start) * strides[c.axis]!, 0);
    for (const c of made) strides[c.axis]! *= c.step;
    const { grid, prologue, at } = launch(y!.shape);
    const [only] = made;
    const whole = made.length === 1 && only!.step === 1;
    l.kernel({
      name: 'Slice',
      source: kernelSource(['x'], `${prologue} return x[${origin} + ${dot(at, strides)}];`),
      inputs: [x!],
      output: y!,
      grid,
      ...(whole && {
        fast: {
          name: 'cut',
          params: {
            outer: sizeOf(x!.shape.slice(0, only!.axis)),
            origin,
            width: sizeOf(y!.shape.slice(only!.axis)),
            step: sizeOf(x!.shape.slice(only!.axis)),
          },
        },
      }),
    });
  },
};
