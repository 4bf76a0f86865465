/** Mel filters, and what is made with them: mel spectrograms and cepstral coefficients, as torchaudio computes them. */
import { type Frames, type Spectrum, stft } from './fourier';

export type MelScale = 'htk' | 'slaney';

export interface MelOptions extends Frames {
  sampleRate: number;
  mels: number;
  lowest: number;
  highest: number;
  scale: MelScale;
}

/** 3 · 1000 / 200 mels at 1 kHz, above it 27 a factor of 6.4: M. Slaney, Auditory Toolbox (1998), as librosa. */
const slaneyBreak = 1000;
const slaneyStep = Math.log(6.4) / 27;

function toMel(hz: number, scale: MelScale): number {
  if (scale === 'htk') return 2595 * Math.log10(1 + hz / 700);
  return hz < slaneyBreak ? (3 * hz) / 200 : 15 + Math.log(hz / slaneyBreak) / slaneyStep;
}

function toHz(mel: number, scale: MelScale): number {
  if (scale === 'htk') return 700 * (10 ** (mel / 2595) - 1);
  return mel < 15 ? (200 * mel) / 3 : slaneyBreak * Math.exp(slaneyStep * (mel - 15));
}

/** Triangles over the bins, [mels, bins]; with Slaney's scale of equal area. */
export function melFilters(options: MelOptions): Float64Array {
  const { nFft, sampleRate, mels, lowest, highest, scale } = options;
  const bins = nFft / 2 + 1;
  const from = toMel(lowest, scale);
  const to = toMel(highest, scale);
  const edges = Array.from({ length: mels + 2 }, (_, i) =>
    toHz(from + ((to - from) * i) / (mels + 1), scale),
  );
  const out = new Float64Array(mels * bins);
  for (let m = 0; m < mels; m++) {
    const [left, middle, right] = edges.slice(m, m + 3) as [number, number, number];
    const area = scale === 'slaney' ? 2 / (right - left) : 1;
    for (let k = 0; k < bins; k++) {
      const hz = (k * (sampleRate / 2)) / (bins - 1);
      const slope = Math.min((hz - left) / (middle - left), (right - hz) / (right - middle));
      out[m * bins + k] = Math.max(0, slope) * area;
    }
  }
  return out;
}

/** |X|², [frames, bins]. */
export function power({ re, im }: Pick<Spectrum, 're' | 'im'>): Float64Array {
  return re.map((x, i) => x * x + im[i]! * im[i]!);
}

/** [frames, bins] · filters -> [mels, frames], as pictures of sound are drawn: time to the right. */
export function applyFilters(
  spectrum: ArrayLike<number>,
  frames: number,
  bins: number,
  filters: Float64Array,
  mels: number,
): Float64Array {
  const out = new Float64Array(mels * frames);
  for (let m = 0; m < mels; m++) {
    let first = m * bins;
    let end = (m + 1) * bins;
    while (first < end && filters[first] === 0) first++;
    while (end > first && filters[end - 1] === 0) end--;
    for (let f = 0; f < frames; f++) {
      let sum = 0;
      for (let k = first; k < end; k++) sum += filters[k]! * spectrum[f * bins + k - m * bins]!;
      out[m * frames + f] = sum;
    }
  }
  return out;
}

/** Power mel spectrogram, [mels, frames]: torchaudio.transforms.MelSpectrogram. */
export function melSpectrogram(samples: ArrayLike<number>, options: MelOptions): Float64Array {
  const spectrum = stft(samples, options);
  return applyFilters(power(spectrum), spectrum.frames, spectrum.bins, melFilters(options), options.mels);
}

/** 10 · log10, no more than 80 dB below the loudest: torchaudio.transforms.AmplitudeToDB("power", top_db=80). */
export function decibels(values: ArrayLike<number>, top = 80): Float64Array {
  const out = Float64Array.from(values, x => 10 * Math.log10(Math.max(x, 1e-10)));
  const loudest = out.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return out.map(x => Math.max(x, loudest - top));
}

/** Orthonormal cosine transform over the mels, [mels, frames] -> [coefficients, frames]: torchaudio.transforms.MFCC. */
export function cepstrum(logMel: ArrayLike<number>, mels: number, coefficients: number): Float64Array {
  const frames = logMel.length / mels;
  const out = new Float64Array(coefficients * frames);
  for (let c = 0; c < coefficients; c++) {
    const scale = Math.sqrt((c === 0 ? 1 : 2) / mels);
    for (let m = 0; m < mels; m++) {
      const weight = scale * Math.cos((Math.PI / mels) * (m + 0.5) * c);
      for (let f = 0; f < frames; f++) out[c * frames + f]! += weight * logMel[m * frames + f]!;
    }
  }
  return out;
}
