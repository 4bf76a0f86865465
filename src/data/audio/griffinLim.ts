/** From a mel spectrogram back to sound. */
import { type Frames, istft, type Spectrum, stft } from './fourier';
import { type MelOptions, melFilters } from './mel';

export interface GriffinLimOptions {
  iterations: number;
  /** 0 is the original; 0.99 converges faster (N. Perraudin, P. Balazs and P. Søndergaard, 2013). */
  momentum: number;
}

/**
 * A sound whose spectrogram has these magnitudes, [frames, bins]: D. Griffin and J. Lim, "Signal estimation from
 * modified short-time Fourier transform" (1984), as torchaudio.functional.griffinlim. All phases begin at 0, so that
 * the same spectrogram gives the same sound.
 */
export function griffinLim(
  magnitudes: ArrayLike<number>,
  frames: number,
  options: Frames,
  { iterations, momentum }: GriffinLimOptions,
): Float32Array {
  const bins = options.nFft / 2 + 1;
  const length = options.hop * (frames - 1);
  // As torchaudio: the share that is taken back of the step before.
  const back = momentum / (1 + momentum);
  let angles = { re: new Float64Array(frames * bins).fill(1), im: new Float64Array(frames * bins) };
  let before: Pick<Spectrum, 're' | 'im'> | undefined;
  const signal = () =>
    istft(
      {
        bins,
        frames,
        re: angles.re.map((x, i) => x * magnitudes[i]!),
        im: angles.im.map((x, i) => x * magnitudes[i]!),
      },
      options,
      length,
    );
  for (let n = 0; n < iterations; n++) {
    const rebuilt = stft(signal(), options);
    const next = { re: new Float64Array(frames * bins), im: new Float64Array(frames * bins) };
    for (let i = 0; i < frames * bins; i++) {
      const re = rebuilt.re[i]! - back * (before?.re[i] ?? 0);
      const im = rebuilt.im[i]! - back * (before?.im[i] ?? 0);
      const size = Math.hypot(re, im) + 1e-16;
      next.re[i] = re / size;
      next.im[i] = im / size;
    }
    angles = next;
    before = rebuilt;
  }
  return signal();
}

/**
 * Power of each bin from the mels' power, none below 0 and as near as such can be: multiplicative updates (D. Lee and
 * H. Seung, 2001) with the filters fixed.
 *
 * @param mel [mels, frames]. @returns [frames, bins].
 */
export function inverseMel(mel: ArrayLike<number>, options: MelOptions, iterations = 100): Float64Array {
  const { mels, nFft } = options;
  const bins = nFft / 2 + 1;
  const frames = mel.length / mels;
  const filters = melFilters(options);
  const out = new Float64Array(frames * bins);
  // A bin is under two filters at most: the sums run over those only.
  const under = Array.from({ length: bins }, (_, k) =>
    Array.from({ length: mels }, (_, m) => m).filter(m => filters[m * bins + k]! > 0),
  );
  const within = Array.from({ length: mels }, (_, m) =>
    Array.from({ length: bins }, (_, k) => k).filter(k => filters[m * bins + k]! > 0),
  );
  const target = new Float64Array(bins);
  const x = new Float64Array(bins);
  const made = new Float64Array(mels);
  for (let f = 0; f < frames; f++) {
    for (let k = 0; k < bins; k++) {
      target[k] = under[k]!.reduce((sum, m) => sum + filters[m * bins + k]! * mel[m * frames + f]!, 0);
      x[k] = target[k]!;
    }
    for (let n = 0; n < iterations; n++) {
      for (let m = 0; m < mels; m++)
        made[m] = within[m]!.reduce((sum, k) => sum + filters[m * bins + k]! * x[k]!, 0);
      for (let k = 0; k < bins; k++) {
        const now = under[k]!.reduce((sum, m) => sum + filters[m * bins + k]! * made[m]!, 0);
        x[k] = now > 1e-30 ? (x[k]! * target[k]!) / now : 0;
      }
    }
    out.set(x, f * bins);
  }
  return out;
}
