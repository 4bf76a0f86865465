/** Sampling at places that another tensor names: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html */
import type { ExpansionContext, OpDefinition } from '../op';
import { ShapeError } from '../op';
import { elements, input, mulDims, number, text } from './_infer';

/** What each kind of interpolation reads along an axis. */
const tapsOf: Readonly<Record<string, number>> = { nearest: 1, linear: 2, cubic: 4 };
/** PyTorch's coefficient of cubic convolution. */
const A = -0.75;

/**
 * Inputs x [N, C, …D] and a grid [N, …d, n] of places in [-1, 1], x first; attributes `mode` ("linear", "nearest",
 * "cubic"), `padding_mode` ("zeros", "border", "reflection") and `align_corners`, as in ONNX.
 */
export const op: OpDefinition = {
  name: 'GridSample',
  summary: 'Reads an image at places that a grid names, between its cells by interpolation',
  torch: ['F.grid_sample'],
  infer(inputs, attributes) {
    const x = input(inputs, 0, 'GridSample');
    const grid = input(inputs, 1, 'GridSample');
    const n = x.shape.length - 2;
    if ((n !== 2 && n !== 3) || grid.shape.length !== n + 2)
      throw new ShapeError(
        `grid_sampler(): expected 4D or 5D input and grid with same number of dimensions, but got input with sizes [${x.shape.join(', ')}] and grid with sizes [${grid.shape.join(', ')}]`,
      );
    const empty = x.shape.indexOf(0, 2);
    if (empty >= 0)
      throw new ShapeError(
        `grid_sampler(): expected input to have non-empty spatial dimensions, but input has sizes [${x.shape.join(', ')}] with dimension ${empty} being empty`,
      );
    const last = grid.shape[n + 1];
    if (typeof last === 'number' && last !== n)
      throw new ShapeError(
        `grid_sampler(): expected grid to have size ${n} in last dimension, but got grid with sizes [${grid.shape.join(', ')}]`,
      );
    const [a, b] = [x.shape[0]!, grid.shape[0]!];
    if (typeof a === 'number' && typeof b === 'number' && a !== b)
      throw new ShapeError(
        `grid_sampler(): expected grid and input to have same batch size, but got input with sizes [${x.shape.join(', ')}] and grid with sizes [${grid.shape.join(', ')}]`,
      );
    if (n === 3 && text(attributes, 'mode', 'linear') === 'cubic')
      throw new ShapeError('grid_sampler(): bicubic interpolation only supports 4D input');
    return [{ dtype: x.dtype, shape: [a, x.shape[1]!, ...grid.shape.slice(1, n + 1)] }];
  },
  flops(inputs, outputs, attributes) {
    const n = inputs[0]!.shape.length - 2;
    const taps = tapsOf[text(attributes, 'mode', 'linear')] ?? 1;
    return mulDims(2 * taps ** n, elements(outputs[0]));
  },
  expand(e) {
    const [x, grid] = e.inputs as [string, string];
    const [batch, channels, ...sizes] = e.type(x).shape.map(Number) as [number, number, ...number[]];
    const places = e.type(grid).shape.map(Number).slice(1, -1);
    const n = sizes.length;
    const mode = text(e.attributes, 'mode', 'linear');
    const outside = text(e.attributes, 'padding_mode', 'zeros');
    const aligned = number(e.attributes, 'align_corners', 0) !== 0;
    const count = places.reduce((a, b) => a * b, 1);
    const m = arithmetic(e);
    const flat = e.emit('Reshape', [x], { shape: [batch, channels, sizes.reduce((a, b) => a * b, 1)] })[0]!;
    // The grid names the innermost axis first.
    const axes = sizes.map((size, i): Axis => {
      const cell = e.emit('Slice', [grid], { starts: [n - 1 - i], ends: [n - i], axes: [n + 1], steps: [1] });
      const at = e.emit('Reshape', cell, { shape: [batch, count] })[0]!;
      const scaled = aligned
        ? m.scale(at, (size - 1) / 2, (size - 1) / 2)
        : m.scale(at, size / 2, (size - 1) / 2);
      return { size, place: scaled };
    });
    const within = (place: string, size: number): string => {
      // As in PyTorch, no gradient passes at a border.
      if (outside === 'border') return m.clip(place, 0, size - 1, 1);
      if (outside !== 'reflection') return place;
      const mirrored = aligned ? m.reflect(place, 0, size - 1) : m.reflect(place, -0.5, size);
      return m.clip(mirrored, 0, size - 1, 1);
    };
    // Cubic interpolation reads mirrored cells; others mirror the place itself.
    const taps = axes.map(({ size, place }) =>
      mode === 'cubic'
        ? cubic(m, place).map(t => ({ ...t, at: within(t.at, size) }))
        : mode === 'nearest'
          ? [{ at: m.unary('Round', within(place, size)), weight: undefined }]
          : linear(m, within(place, size)),
    );
    let sum: string | undefined;
    for (const chosen of combinations(taps)) {
      let weight: string | undefined;
      let index: string | undefined;
      for (const [i, tap] of chosen.entries()) {
        const { size } = axes[i]!;
        const held = m.clip(tap.at, 0, size - 1);
        index = index === undefined ? held : m.binary('Add', m.binary('Mul', index, e.scalar(size)), held);
        const parts = [tap.weight, outside === 'zeros' ? m.binary('Equal', held, tap.at) : undefined];
        for (const [k, part] of parts.entries()) {
          if (part === undefined) continue;
          const factor = k === 0 ? part : e.emit('Cast', [part], { to: 'float32' })[0]!;
          weight = weight === undefined ? factor : m.binary('Mul', weight, factor);
        }
      }
      const wide = (value: string): string =>
        e.emit('Expand', e.emit('Reshape', [value], { shape: [batch, 1, count] }), {
          shape: [batch, channels, count],
        })[0]!;
      const whole = e.emit('Cast', [index!], { to: 'int64' })[0]!;
      let read = e.emit('GatherElements', [flat, wide(whole)], { axis: 2 })[0]!;
      if (weight !== undefined)
        read = m.binary('Mul', read, e.emit('Reshape', [weight], { shape: [batch, 1, count] })[0]!);
      sum = sum === undefined ? read : m.binary('Add', sum, read);
    }
    return e.emit('Reshape', [sum!], { shape: [batch, channels, ...places] });
  },
};

interface Axis {
  size: number;
  /** Where to read, in cells. */
  place: string;
}

/** A cell that is read, and how much of it. */
interface Tap {
  at: string;
  weight: string | undefined;
}

type Arithmetic = ReturnType<typeof arithmetic>;

function arithmetic(e: ExpansionContext) {
  const binary = (op: string, a: string, b: string): string => e.emit(op, [a, b])[0]!;
  const unary = (op: string, a: string): string => e.emit(op, [a])[0]!;
  const scale = (a: string, factor: number, offset: number): string =>
    binary('Add', binary('Mul', a, e.scalar(factor)), e.scalar(offset));
  return {
    binary,
    unary,
    scale,
    clip: (a: string, min: number, max: number, open = 0): string =>
      e.emit('Clip', [a], { min, max, open })[0]!,
    /** Mirrored at `low` and at `low + span` until it is between them. */
    reflect(a: string, low: number, span: number): string {
      if (span === 0) return scale(a, 0, 0);
      const away = unary('Abs', scale(a, 1, -low));
      const rounds = unary('Floor', scale(away, 1 / (2 * span), 0));
      const rest = binary('Sub', away, binary('Mul', rounds, e.scalar(2 * span)));
      // Up to the span it goes away from the border, then back: span - |span - rest|.
      return scale(unary('Abs', scale(rest, 1, -span)), -1, span + low);
    },
  };
}

function linear(m: Arithmetic, place: string): Tap[] {
  const below = m.unary('Floor', place);
  const share = m.binary('Sub', place, below);
  return [
    { at: below, weight: m.scale(share, -1, 1) },
    { at: m.scale(below, 1, 1), weight: share },
  ];
}

function cubic(m: Arithmetic, place: string): Tap[] {
  const below = m.unary('Floor', place);
  const t = m.binary('Sub', place, below);
  const near = (d: string): string => {
    // (A + 2) d³ - (A + 3) d² + 1
    const square = m.binary('Mul', d, d);
    return m.scale(m.binary('Mul', square, m.scale(d, A + 2, -(A + 3))), 1, 1);
  };
  const far = (d: string): string => {
    // ((A d - 5 A) d + 8 A) d - 4 A
    const inner = m.binary('Mul', m.scale(d, A, -5 * A), d);
    return m.scale(m.binary('Mul', m.scale(inner, 1, 8 * A), d), 1, -4 * A);
  };
  return [
    { at: m.scale(below, 1, -1), weight: far(m.scale(t, 1, 1)) },
    { at: below, weight: near(t) },
    { at: m.scale(below, 1, 1), weight: near(m.scale(t, -1, 1)) },
    { at: m.scale(below, 1, 2), weight: far(m.scale(t, -1, 2)) },
  ];
}

function combinations(taps: readonly (readonly Tap[])[]): Tap[][] {
  return taps.reduce<Tap[][]>((all, axis) => all.flatMap(a => axis.map(t => [...a, t])), [[]]);
}
