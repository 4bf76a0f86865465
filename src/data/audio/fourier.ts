/** Short-time Fourier transform and its inverse, as torch.stft and torch.istft with center=True and a Hann window. */
import FFT from 'fft.js';

export interface Frames {
  /** FFT size: even; a power of two is much faster. */
  nFft: number;
  /** Samples under the window; centred in the frame. */
  window: number;
  /** Samples from one frame to the next. */
  hop: number;
}

export interface Spectrum {
  bins: number;
  frames: number;
  /** [frames, bins]. */
  re: Float64Array;
  im: Float64Array;
}

export function frameCount(samples: number, { hop }: Pick<Frames, 'hop'>): number {
  return 1 + Math.floor(samples / hop);
}

/** Periodic: the window of a frame that repeats. */
export function hann({ nFft, window }: Pick<Frames, 'nFft' | 'window'>): Float64Array {
  const out = new Float64Array(nFft);
  const left = (nFft - window) >> 1;
  for (let i = 0; i < window; i++) out[left + i] = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / window);
  return out;
}

/** The sound is reflected at both ends by half a frame. @returns [frames, nFft / 2 + 1]. */
export function stft(samples: ArrayLike<number>, options: Frames): Spectrum {
  const { nFft, hop } = options;
  const transform = transformer(nFft);
  const window = hann(options);
  const bins = nFft / 2 + 1;
  const frames = frameCount(samples.length, options);
  const re = new Float64Array(frames * bins);
  const im = new Float64Array(frames * bins);
  const frame = new Float64Array(nFft);
  for (let f = 0; f < frames; f++) {
    const start = f * hop - nFft / 2;
    for (let i = 0; i < nFft; i++) frame[i] = window[i]! * samples[reflected(start + i, samples.length)]!;
    const spectrum = transform(frame);
    for (let k = 0; k < bins; k++) {
      re[f * bins + k] = spectrum[2 * k]!;
      im[f * bins + k] = spectrum[2 * k + 1]!;
    }
  }
  return { bins, frames, re, im };
}

/** Real frames to pairs of real and imaginary part, nFft / 2 + 1 of them; valid until the next call. */
function transformer(nFft: number): (frame: Float64Array) => ArrayLike<number> {
  if (Number.isInteger(Math.log2(nFft))) {
    const fft = new FFT(nFft);
    const spectrum = fft.createComplexArray() as number[];
    return frame => {
      fft.realTransform(spectrum, frame as unknown as number[]);
      return spectrum;
    };
  }
  // As the definition says, with what is alike on both sides of the middle added first: Whisper's frames have 400 samples.
  const turns = Float64Array.from({ length: 2 * nFft }, (_, i) => {
    const angle = (2 * Math.PI * (i >> 1)) / nFft;
    return i % 2 ? -Math.sin(angle) : Math.cos(angle);
  });
  const half = nFft / 2;
  const even = new Float64Array(half + 1);
  const odd = new Float64Array(half + 1);
  const out = new Float64Array(nFft + 2);
  return frame => {
    for (let n = 1; n < half; n++) {
      even[n] = frame[n]! + frame[nFft - n]!;
      odd[n] = frame[n]! - frame[nFft - n]!;
    }
    for (let k = 0; k <= half; k++) {
      let re = frame[0]! + (k % 2 ? -frame[half]! : frame[half]!);
      let im = 0;
      for (let n = 1, at = k; n < half; n++, at = (at + k) % nFft) {
        re += even[n]! * turns[2 * at]!;
        im += odd[n]! * turns[2 * at + 1]!;
      }
      out[2 * k] = re;
      out[2 * k + 1] = im;
    }
    return out;
  };
}

/** The sound whose transform is nearest (D. Griffin and J. Lim, 1984): frames added where they overlap. */
export function istft(spectrum: Spectrum, options: Frames, length: number): Float32Array {
  const { nFft, hop } = options;
  const { bins, frames, re, im } = spectrum;
  const fft = new FFT(nFft);
  const window = hann(options);
  const total = nFft + hop * (frames - 1);
  const sum = new Float64Array(total);
  const weight = new Float64Array(total);
  const full = fft.createComplexArray() as number[];
  const frame = fft.createComplexArray() as number[];
  for (let f = 0; f < frames; f++) {
    for (let k = 0; k < bins; k++) {
      full[2 * k] = re[f * bins + k]!;
      full[2 * k + 1] = im[f * bins + k]!;
    }
    // Of a real signal the imaginary parts at both ends are 0, whatever is asked for.
    full[1] = 0;
    full[nFft + 1] = 0;
    fft.completeSpectrum(full);
    fft.inverseTransform(frame, full);
    for (let i = 0; i < nFft; i++) {
      sum[f * hop + i]! += window[i]! * frame[2 * i]!;
      weight[f * hop + i]! += window[i]! ** 2;
    }
  }
  const out = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const at = i + nFft / 2;
    if (at < total && weight[at]! > 1e-11) out[i] = sum[at]! / weight[at]!;
  }
  return out;
}

/** Index within 0 … length - 1, mirrored at the ends without repeating them. */
function reflected(i: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const at = ((i % period) + period) % period;
  return at < length ? at : period - at;
}
