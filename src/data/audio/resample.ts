/**
 * Another sampling rate by band-limited interpolation: a sinc under a Hann window, J. O. Smith, "Digital Audio
 * Resampling" (2002), with the width and roll-off of torchaudio.functional.resample.
 */

const zeroCrossings = 6;
const rolloff = 0.99;
/** Taps of all phases; rates that have next to nothing in common would need more. */
const maxTaps = 50_000_000;

/** @throws Error for two rates whose ratio is too odd. */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const common = gcd(from, to);
  const down = from / common;
  const up = to / common;
  const base = Math.min(down, up) * rolloff;
  const width = Math.ceil((zeroCrossings * down) / base);
  const taps = 2 * width + down;
  if (up * taps > maxTaps) throw new Error(`it cannot be brought from ${from} to ${to} samples a second`);
  const length = Math.ceil((up * samples.length) / down);
  const out = new Float32Array(length);
  const scale = base / down;
  const kernels = Array.from({ length: up }, (_, phase) => {
    const kernel = new Float64Array(taps);
    for (let k = 0; k < taps; k++) {
      const t = (-phase / up + (k - width) / down) * base;
      const clamped = Math.max(-zeroCrossings, Math.min(zeroCrossings, t));
      const window = Math.cos((clamped * Math.PI) / zeroCrossings / 2) ** 2;
      const x = clamped * Math.PI;
      kernel[k] = (x === 0 ? 1 : Math.sin(x) / x) * window * scale;
    }
    return kernel;
  });
  for (let i = 0; i < length; i++) {
    const phase = i % up;
    const start = Math.floor(i / up) * down - width;
    const kernel = kernels[phase]!;
    let sum = 0;
    const first = Math.max(0, -start);
    const last = Math.min(taps, samples.length - start);
    for (let k = first; k < last; k++) sum += kernel[k]! * samples[start + k]!;
    out[i] = sum;
  }
  return out;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}
