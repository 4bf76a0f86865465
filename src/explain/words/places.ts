/** Which part of a picture, a sound or a video an attribution lies on, coarsely enough for a sentence. */
import type { Modality } from '../../data/dataset';
import { isPicture } from '../perturbation/units';
import type { Words } from './words';

/** A part of the input that people can name. */
export interface Part {
  value: number;
  tell(share: string): string;
  /** Counts for the whole, but is no reason: padding. */
  unsaid?: boolean;
}

type Third = 0 | 1 | 2;

const third = (i: number, of: number) => Math.min(2, Math.floor((3 * (i + 0.5)) / of)) as Third;

/**
 * Thirds of height and width of a picture, of pitches and time of a spectrogram, and of frames too of a video. Within one,
 * attributions for and against add up: the sentence tells where the balance lies.
 *
 * @returns undefined for what has no places
 */
export function placesOf(
  data: ArrayLike<number>,
  shape: readonly number[],
  modality: Modality | undefined,
  words: Words,
): Part[] | undefined {
  const video = modality === 'video' && shape.length === 4;
  if (!video && !isPicture(shape)) return undefined;
  const [frames, height, width] = [video ? shape[1]! : 1, ...shape.slice(-2)] as [number, number, number];
  const sums = new Float64Array(27);
  for (let i = 0; i < data.length; i++) {
    const x = third(i % width, width);
    const y = third(Math.floor(i / width) % height, height);
    const f = video ? third(Math.floor(i / (width * height)) % frames, frames) : 0;
    sums[9 * f + 3 * y + x]! += data[i]!;
  }
  const { place, heard, seen } = words.reasons;
  return Array.from(sums.subarray(0, video ? 27 : 9), (value, i) => {
    const [f, y, x] = [Math.floor(i / 9) as Third, (Math.floor(i / 3) % 3) as Third, (i % 3) as Third];
    const tell = (share: string) => {
      // Pitches are stored from the lowest.
      if (modality === 'sound') return heard(y, x, share);
      const where = words.region(y, x);
      if (!video) return place(where, share);
      const within = Array.from({ length: frames }, (_, n) => n).filter(n => third(n, frames) === f);
      return seen(where, (within[0] ?? 0) + 1, (within.at(-1) ?? 0) + 1, share);
    };
    return { value, tell };
  });
}
