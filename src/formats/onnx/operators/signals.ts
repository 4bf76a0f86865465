/**
 * Spectra, and the windows that they are taken through. A transform is a product with its cosines and sines, so that
 * gradients pass.
 */
import type { Dim } from '../../../model/graph';
import type { OperatorFamily } from '../operatorRegistry';
import { NeedsSize, type Translate, type TranslationContext, Unsupported } from '../translation';
import { axisOf, dtypeOf } from './_shared';

/** A window whose terms are cosines of whole periods: Σ weights[k] cos(2πkn / N). */
const window =
  (...weights: readonly number[]): Translate =>
  c =>
    c.between('its size', ([size]) => {
      const length = c.room('a window', size!.values[0] ?? 0);
      const period = c.integer('periodic', 1) === 1 ? length : length - 1;
      const values = Array.from({ length }, (_, n) =>
        weights.reduce((sum, w, k) => sum + w * Math.cos((2 * Math.PI * k * n) / period), 0),
      );
      return [{ dtype: dtypeOf(c.integer('output_datatype', 1)), shape: [length], values }];
    });

function checkLengths(given: number, length: number): void {
  if (!(given >= 1 && length >= 1)) throw new Unsupported(`${length} of ${given} samples`);
}

/**
 * What turns `given` samples of `parts` numbers (real; or real and imaginary) into `bins` pairs: [given, parts, bins, 2],
 * row by row. Samples behind the transform's `length` count nothing.
 */
function table(
  c: TranslationContext,
  [given, parts, bins]: readonly [number, number, number],
  length: number,
  inverse: boolean,
): number[] {
  if (parts !== 1 && parts !== 2) throw new Unsupported(`${parts} numbers a sample`);
  checkLengths(given, length);
  c.room('a transform', given, parts, bins, 2);
  const turns = Array.from({ length }, (_, i) => {
    const angle = (2 * Math.PI * i) / length;
    return [Math.cos(angle), inverse ? Math.sin(angle) : -Math.sin(angle)] as const;
  });
  const scale = inverse ? 1 / length : 1;
  const cells: number[] = [];
  for (let n = 0; n < given; n++)
    for (let part = 0; part < parts; part++)
      for (let k = 0; k < bins; k++) {
        if (n >= length) cells.push(0, 0);
        else {
          const [cos, sin] = turns[(n * k) % length]!;
          if (part === 0) cells.push(scale * cos, scale * sin);
          else cells.push(-scale * sin, scale * cos);
        }
      }
  return cells;
}

/** What turns the first half of a spectrum, [given, 2], into the real samples that it is of, [length, 1]. */
function realTable(c: TranslationContext, given: number, length: number): number[] {
  checkLengths(given, length);
  c.room('a transform', given, 2, length);
  const cells: number[] = [];
  for (let k = 0; k < given; k++) {
    // The other half is this one mirrored, but for what stands on the axis of the mirror.
    const times = 2 * k > length ? 0 : k === 0 || 2 * k === length ? 1 : 2;
    const angle = (n: number) => (2 * Math.PI * ((n * k) % length)) / length;
    for (let n = 0; n < length; n++) cells.push((times * Math.cos(angle(n))) / length);
    for (let n = 0; n < length; n++) cells.push((-times * Math.sin(angle(n))) / length);
  }
  return cells;
}

const numberOf = (size: Dim | undefined, what: string): number => {
  if (typeof size !== 'number') throw new NeedsSize(`${what} of unknown size`);
  return size;
};

const transform: Translate = c => {
  const { shape } = c.type(0);
  const rank = shape.length;
  const inverse = c.integer('inverse', 0) === 1;
  const half = c.integer('onesided', 0) === 1;
  const given = c.opset < 20 ? c.integer('axis', 1) : c.has(2) ? (c.numbers(2, 'the axis')[0] ?? -2) : -2;
  const axis = axisOf(given, rank);
  if (axis >= rank - 1) throw new Unsupported(`axis ${given} of ${rank}`);
  const parts = numberOf(shape[rank - 1], 'numbers');
  const samples = numberOf(shape[axis], 'an axis');
  const real = inverse && half;
  if (real && parts !== 2) throw new Unsupported('half a spectrum of real numbers');
  const whole = real ? 2 * (samples - 1) : samples;
  const [length = whole] = c.has(1) ? c.numbers(1, 'the length of the transform') : [];
  const bins = half && !real ? Math.floor(length / 2) + 1 : length;
  const cells = real ? realTable(c, samples, length) : table(c, [samples, parts, bins], length, inverse);
  const made = real ? 1 : 2;
  // The axis goes beside the parts, and both become one that the product sums over.
  const others = shape.map((_, i) => i).filter(i => i !== axis && i !== rank - 1);
  const moved = [...others, axis, rank - 1];
  const outer = others.map(i => shape[i]!);
  const x = c.emit('Transpose', [c.tensor(0)], { perm: moved });
  const rows = c.emit('Reshape', x, { shape: [...outer, samples * parts] });
  const matrix = c.constant('float32', [samples * parts, bins * made], cells);
  const y = c.emit('MatMul', [rows[0]!, matrix]);
  const pairs = c.emit('Reshape', y, { shape: [...outer, bins, made] });
  return c.finish('Transpose', pairs, { perm: shape.map((_, i) => moved.indexOf(i)) });
};

/** A convolution whose filters are cosines and sines under the window. */
const shortTime: Translate = c => {
  const signal = c.type(0).shape;
  const parts = signal.length === 3 ? numberOf(signal[2], 'numbers') : 1;
  const [step = 1] = c.numbers(1, 'the step between frames');
  const wide = c.has(2) ? numberOf(c.type(2).shape[0], 'a window') : undefined;
  const [length = wide] = c.has(3) ? c.numbers(3, 'the length of a frame') : [];
  if (length === undefined) throw new Unsupported('neither window nor length of a frame');
  if (wide !== undefined && wide !== length)
    throw new Unsupported('a window of another length than its frame');
  if (!(step >= 1)) throw new Unsupported(`a step of ${step}`);
  const bins = c.integer('onesided', 1) === 1 ? Math.floor(length / 2) + 1 : length;
  const cells = table(c, [length, parts, bins], length, false);
  const filters: number[] = [];
  for (let k = 0; k < bins * 2; k++)
    for (let part = 0; part < parts; part++)
      for (let n = 0; n < length; n++) filters.push(cells[(n * parts + part) * bins * 2 + k]!);
  let weight = c.constant('float32', [bins * 2, parts, length], filters);
  if (c.has(2)) weight = c.emit('Mul', [weight, c.tensor(2)])[0]!;
  const x =
    parts === 1
      ? c.emit('Reshape', [c.tensor(0)], { shape: [signal[0]!, 1, signal[1]!] })[0]!
      : c.emit('Transpose', [c.tensor(0)], { perm: [0, 2, 1] })[0]!;
  const [y] = c.emit('Conv', [x, weight], {
    kernel_shape: [length],
    strides: [step],
    pads: [0, 0],
    dilations: [1],
    group: 1,
  });
  const frames = c.typeOf(y!).shape[2]!;
  const pairs = c.emit('Reshape', [y!], { shape: [signal[0]!, bins, 2, frames] });
  return c.finish('Transpose', pairs, { perm: [0, 3, 1, 2] });
};

/** Triangles over the bins of a spectrum whose corners are evenly apart in mels. */
const mels: Translate = c =>
  c.between('its sizes', given => {
    const [count = 0, length = 0, rate = 1, low = 0, high = 0] = given.map(t => t?.values[0]);
    const bins = Math.floor(length / 2) + 1;
    if (!(bins >= 1)) throw new Unsupported(`mels of ${length} samples`);
    c.room('mels', bins, count);
    const [from, to] = [low, high].map(hertz => 2595 * Math.log10(1 + hertz / 700)) as [number, number];
    const corners = Array.from({ length: count + 2 }, (_, i) => {
      const hertz = 700 * (10 ** ((from + (i * (to - from)) / (count + 2)) / 2595) - 1);
      return Math.floor(((length + 1) * hertz) / rate);
    });
    const values = new Array<number>(bins * count).fill(0);
    const put = (bin: number, mel: number, value: number) => {
      if (bin >= 0 && bin < bins) values[bin * count + mel] = value;
    };
    for (let mel = 0; mel < count; mel++) {
      const [lower, centre, upper] = corners.slice(mel, mel + 3) as [number, number, number];
      if (centre === lower) put(centre, mel, 1);
      else
        for (let b = Math.max(lower, 0); b <= Math.min(centre, bins - 1); b++)
          put(b, mel, (b - lower) / (centre - lower));
      for (let b = Math.max(centre, 0); b < Math.min(upper, bins); b++)
        put(b, mel, (upper - b) / (upper - centre));
    }
    return [{ dtype: dtypeOf(c.integer('output_datatype', 1)), shape: [bins, count], values }];
  });

export const family: OperatorFamily = {
  translations: {
    BlackmanWindow: window(0.42, -0.5, 0.08),
    DFT: transform,
    HammingWindow: window(25 / 46, -21 / 46),
    HannWindow: window(0.5, -0.5),
    MelWeightMatrix: mels,
    STFT: shortTime,
  },
};
