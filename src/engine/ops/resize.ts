import type { Dim } from '../../model/graph';
import type { OpDefinition } from '../op';
import { ShapeError } from '../op';
import { along, type Tap } from './_along';
import { elements, input, mulDims, text } from './_infer';

/**
 * Attributes `sizes` (of the whole result), `mode` ("nearest", "linear", "cubic"), `coordinate_transformation_mode` and
 * `nearest_mode` as in ONNX; `scales`, where places follow from factors that are not the ratio of the sizes.
 */
export const op: OpDefinition = {
  name: 'Resize',
  summary: 'Enlarges or shrinks by interpolation',
  torch: ['nn.Upsample', 'F.interpolate'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'Resize');
    const sizes = attributes['sizes'] as readonly Dim[];
    if (sizes.length !== x.shape.length)
      throw new ShapeError(
        `Input and output must have the same number of spatial dimensions, but got input with spatial dimensions of [${x.shape.slice(2).join(', ')}] and output size of [${sizes.slice(2).join(', ')}]`,
      );
    return [{ dtype: x.dtype, shape: sizes }];
  },
  flops(inputs, outputs, attributes) {
    const rank = inputs[0]!.shape.length - 2;
    const perElement = { nearest: 0, linear: 3 * 2 ** rank, cubic: 3 * 4 ** rank }[
      text(attributes, 'mode', 'nearest')
    ];
    return mulDims(perElement ?? 0, elements(outputs[0]));
  },
  expand(e) {
    const x = e.inputs[0]!;
    const shape = e.type(x).shape.map(Number);
    const sizes = (e.attributes['sizes'] as readonly Dim[]).map(Number);
    const mode = text(e.attributes, 'mode', 'nearest');
    const where = text(e.attributes, 'coordinate_transformation_mode', 'half_pixel');
    const rounding = text(e.attributes, 'nearest_mode', 'round_prefer_floor');
    const scales = e.attributes['scales'] as readonly number[] | undefined;
    if (!scales && mode === 'nearest' && where === 'asymmetric' && rounding === 'floor') {
      // Whole multiples repeat each cell.
      if (sizes.every((d, i) => d % shape[i]! === 0)) {
        const apart = e.emit('Reshape', [x], { shape: shape.flatMap(d => [d, 1]) })[0]!;
        const wide = e.emit('Expand', [apart], { shape: shape.flatMap((d, i) => [d, sizes[i]! / d]) })[0]!;
        return e.emit('Reshape', [wide], { shape: sizes });
      }
    }
    const y = sizes.reduce((value, length, axis) => {
      const size = shape[axis]!;
      const factor = scales?.[axis] ?? length / size;
      if (length === size && factor === 1) return value;
      const taps = Array.from({ length }, (_, i) => tap(i, size, length, factor, mode, where, rounding));
      return along(e, value, axis, taps);
    }, x);
    return y === x ? e.emit('Identity', [x]) : [y];
  },
};

/** What cell i of the result reads. Coordinates are rounded to float32 where a whole number decides, as in PyTorch. */
function tap(
  i: number,
  size: number,
  length: number,
  factor: number,
  mode: string,
  where: string,
  rounding: string,
): Tap {
  const inside = (at: number) => Math.min(Math.max(at, 0), size - 1);
  const scale = Math.fround(1 / factor);
  const place = {
    asymmetric: Math.fround(i * scale),
    half_pixel: Math.fround(Math.fround((i + 0.5) * scale) - 0.5),
    pytorch_half_pixel: length > 1 ? Math.fround(Math.fround((i + 0.5) * scale) - 0.5) : 0,
    align_corners: length > 1 ? Math.fround(i * Math.fround((size - 1) / (length - 1))) : 0,
  }[where];
  if (place === undefined) throw new ShapeError(`Resize: there is no coordinate transformation "${where}"`);
  if (mode === 'nearest') {
    const at = {
      floor: Math.floor(place),
      ceil: Math.ceil(place),
      round_prefer_floor: Math.ceil(place - 0.5),
      round_prefer_ceil: Math.floor(place + 0.5),
    }[rounding];
    if (at === undefined) throw new ShapeError(`Resize: there is no nearest mode "${rounding}"`);
    return [{ at: inside(at), weight: 1 }];
  }
  const base = Math.floor(place);
  const t = place - base;
  const weights = mode === 'linear' ? [0, 1 - t, t, 0] : cubicWeights(t);
  return weights.map((weight, k) => ({ at: inside(base - 1 + k), weight }));
}

/** Keys 1981, "Cubic convolution interpolation", with PyTorch's a = -0.75, for the four cells around a place. */
function cubicWeights(t: number): number[] {
  const a = -0.75;
  const near = (d: number) => ((a + 2) * d - (a + 3)) * d * d + 1;
  const far = (d: number) => ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}
