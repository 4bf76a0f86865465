/** What a model sees of a sound: the wave itself, or a picture of it over time and frequency. */
import { type Static, Type } from '@sinclair/typebox';
import { VitrineError } from '../../model/errors';
import { frameCount, stft } from './fourier';
import { cepstrum, decibels, type MelOptions, melSpectrogram, power } from './mel';

export const soundFields = {
  sampleRate: Type.Integer({
    minimum: 100,
    maximum: 384_000,
    default: 16_000,
    description: 'Samples a second that the model takes; sounds of another rate are resampled.',
  }),
  seconds: Type.Optional(
    Type.Number({
      exclusiveMinimum: 0,
      maximum: 3600,
      description:
        'Length that the model takes: longer sounds are cut, silence is added to shorter ones. As long as the longest training sound if left out.',
    }),
  ),
  features: Type.Union(
    [
      Type.Literal('waveform', { description: 'The samples themselves: (1, samples).' }),
      Type.Literal('spectrogram', { description: 'Decibels by frequency and time: (1, bins, frames).' }),
      Type.Literal('mel', {
        description: 'Decibels by pitch and time, finer where the ear is: (1, mels, frames).',
      }),
      Type.Literal('mfcc', {
        description: 'Mel frequency cepstral coefficients: (1, coefficients, frames).',
      }),
    ],
    { default: 'mel', description: 'What the model sees of a sound.' },
  ),
  nFft: Type.Integer({
    minimum: 16,
    maximum: 65_536,
    default: 512,
    description: 'Size of the Fourier transform: a power of two.',
  }),
  window: Type.Optional(
    Type.Integer({ minimum: 2, description: 'Samples under the window; as nFft if left out.' }),
  ),
  hop: Type.Optional(
    Type.Integer({
      minimum: 1,
      description: 'Samples from one frame to the next; half a window if left out.',
    }),
  ),
  mels: Type.Integer({ minimum: 1, maximum: 1024, default: 40, description: 'Mel filters.' }),
  melScale: Type.Optional(
    Type.Union(
      [
        Type.Literal('htk', { description: 'The scale of HTK and torchaudio.' }),
        Type.Literal('slaney', { description: 'The scale and the equal areas of Slaney and librosa.' }),
      ],
      { description: 'How the filters are spaced; "htk" if left out.' },
    ),
  ),
  coefficients: Type.Integer({
    minimum: 1,
    maximum: 1024,
    default: 13,
    description: 'Cepstral coefficients of "mfcc".',
  }),
};

const soundObject = Type.Object(soundFields);
export type SoundOptions = Static<typeof soundObject>;

/** What stays of the options, with all that was left out. */
export const soundState = Type.Object({
  sampleRate: Type.Integer({ minimum: 1 }),
  /** Samples that the model takes. */
  length: Type.Integer({ minimum: 1 }),
  features: soundFields.features,
  nFft: Type.Integer({ minimum: 16, maximum: 65_536 }),
  window: Type.Integer({ minimum: 2 }),
  hop: Type.Integer({ minimum: 1 }),
  mels: Type.Integer({ minimum: 1 }),
  melScale: Type.Union([Type.Literal('htk'), Type.Literal('slaney')]),
  coefficients: Type.Integer({ minimum: 1 }),
});

export type SoundState = Static<typeof soundState>;

/** @throws VitrineError bad-experiment for sizes that do not go together. */
export function soundStateOf(options: SoundOptions, length: number): SoundState {
  const { sampleRate, features, nFft, mels, melScale = 'htk', coefficients, window = nFft } = options;
  const hop = options.hop ?? Math.max(1, Math.floor(window / 2));
  const wrong =
    (nFft & (nFft - 1)) !== 0
      ? `data.nFft is ${nFft}; expected a power of two, such as ${2 ** Math.round(Math.log2(nFft))}.`
      : window > nFft
        ? `data.window is ${window}, more than data.nFft (${nFft}).`
        : features === 'mfcc' && coefficients > mels
          ? `data.coefficients is ${coefficients}, more than data.mels (${mels}).`
          : undefined;
  if (wrong) throw new VitrineError('bad-experiment', wrong);
  return { sampleRate, length, features, nFft, window, hop, mels, melScale, coefficients };
}

export function melOptionsOf({ sampleRate, nFft, window, hop, mels, melScale }: SoundState): MelOptions {
  return { sampleRate, nFft, window, hop, mels, lowest: 0, highest: sampleRate / 2, scale: melScale };
}

/** Of one sample, without the batch. */
export function soundShape(state: SoundState): number[] {
  const frames = frameCount(state.length, state);
  switch (state.features) {
    case 'waveform':
      return [1, state.length];
    case 'spectrogram':
      return [1, state.nFft / 2 + 1, frames];
    case 'mel':
      return [1, state.mels, frames];
    case 'mfcc':
      return [1, state.coefficients, frames];
    default:
      return state.features satisfies never;
  }
}

/** Cut, or silence added at the end. */
export function fitLength(samples: Float32Array, length: number): Float32Array {
  if (samples.length === length) return samples;
  const out = new Float32Array(length);
  out.set(samples.subarray(0, length));
  return out;
}

/** @param samples of the state's rate and length. @returns row-major, of the state's shape; before scaling. */
export function soundFeatures(samples: Float32Array, state: SoundState): ArrayLike<number> {
  switch (state.features) {
    case 'waveform':
      return samples;
    case 'spectrogram': {
      const spectrum = stft(samples, state);
      const { frames, bins } = spectrum;
      const squared = power(spectrum);
      const across = new Float64Array(frames * bins);
      for (let f = 0; f < frames; f++)
        for (let k = 0; k < bins; k++) across[k * frames + f] = squared[f * bins + k]!;
      return decibels(across);
    }
    case 'mel':
      return decibels(melSpectrogram(samples, melOptionsOf(state)));
    case 'mfcc':
      return cepstrum(decibels(melSpectrogram(samples, melOptionsOf(state))), state.mels, state.coefficients);
    default:
      return state.features satisfies never;
  }
}
