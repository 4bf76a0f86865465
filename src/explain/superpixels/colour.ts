/** Pictures as people see their colours: CIE L*a*b*, in which equal distances look about equally far. */

export interface Picture {
  height: number;
  width: number;
  channels: number;
  /** [height, width, channels]. */
  data: Float64Array;
}

/**
 * A sample [C, H, W] or [H, W] in whatever units the model sees, its values brought to 0 … 1, as L*a*b* of sRGB under
 * daylight (D65). One channel counts as grey; other numbers of channels are no colours and only scaled to 0 … 100.
 */
export function labPicture(sample: ArrayLike<number>, shape: readonly number[]): Picture {
  const [channels, height, width] = (shape.length === 3 ? shape : [1, ...shape]) as [number, number, number];
  const cells = height * width;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < sample.length; i++) {
    low = Math.min(low, sample[i]!);
    high = Math.max(high, sample[i]!);
  }
  const span = high > low ? high - low : 1;
  const of = (c: number, i: number) => (sample[c * cells + i]! - low) / span;
  const seen = channels === 1 ? 3 : channels;
  const data = new Float64Array(cells * seen);
  for (let i = 0; i < cells; i++) {
    if (channels !== 1 && channels !== 3) {
      for (let c = 0; c < channels; c++) data[i * channels + c] = 100 * of(c, i);
      continue;
    }
    data.set(channels === 1 ? lab(of(0, i), of(0, i), of(0, i)) : lab(of(0, i), of(1, i), of(2, i)), i * 3);
  }
  return { height, width, channels: seen, data };
}

function lab(red: number, green: number, blue: number): [number, number, number] {
  const [r, g, b] = [linear(red), linear(green), linear(blue)];
  const x = curve((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.95047);
  const y = curve(0.212671 * r + 0.71516 * g + 0.072169 * b);
  const z = curve((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** sRGB's curve taken away. */
function linear(v: number): number {
  return v > 0.04045 ? ((v + 0.055) / 1.055) ** 2.4 : v / 12.92;
}

function curve(v: number): number {
  return v > 0.008856 ? Math.cbrt(v) : 7.787 * v + 16 / 116;
}
