/** What is said of a model with less in its weights, in one table a language. Numbers are formatted before they come here. */
import type { ScorerId } from '../answers/scorers';
import type { Language } from '../words/words';
import { chineseCompression } from './words.zh';

export interface CompressionWords {
  bits: string;
  removed: string;
  /** The share of answers that stay: of classes, and of numbers. */
  same: string;
  variance: string;
  /** The share that does not. */
  changed: string;
  varianceLost: string;
  layer: string;
  room: string;
  left: string;
  metrics: Record<ScorerId, string>;
  /** @param classes whether answers are classes, or numbers of which variance is kept. */
  kept(share: string, rows: number, classes: boolean): string;
  bitsEnough(bits: number, kept: string, room: string, whole: string): string;
  bitsNever(bits: number, kept: string): string;
  removedEnough(share: string, kept: string): string;
  removedNever(share: string, kept: string): string;
  score(metric: string, value: string, own: string): string;
  /** @param level what is done to one layer alone; @param changed the share of answers, or of their variance, that goes. */
  weakest(layer: string, level: string, changed: string, classes: boolean): string;
  noWeakest(level: string): string;
  bitsOf(bits: string): string;
  without(share: string): string;
}

const english: CompressionWords = {
  bits: 'Bits a weight',
  removed: 'Weights removed',
  same: 'Answers that stay',
  variance: 'Variance that stays',
  changed: 'Answers that change',
  varianceLost: 'Variance that goes',
  layer: 'Layer',
  room: 'Room',
  left: 'Weights left',
  metrics: {
    auto: 'Score',
    accuracy: 'Accuracy',
    neg_log_loss: 'Log loss',
    r2: 'R²',
    neg_mean_squared_error: 'Mean squared error',
  },
  kept: (share, rows, classes) =>
    classes
      ? `the answer stays the same in ${share} of ${rows} rows`
      : `${share} of the variance of its answers to ${rows} rows stays`,
  bitsEnough: (bits, kept, room, whole) =>
    `${bits} bits a weight are enough: ${kept}, and the weights take ${room} instead of ${whole}.`,
  bitsNever: (bits, kept) => `Not even ${bits} bits a weight are enough: ${kept}.`,
  removedEnough: (share, kept) => `It can do without the smallest ${share} of its weights: ${kept}.`,
  removedNever: (share, kept) => `It needs its weights: already without the smallest ${share}, ${kept}.`,
  score: (metric, value, own) => `${metric} is then ${value}; with all of it, ${own}.`,
  weakest: (layer, level, changed, classes) =>
    `The most sensitive layer is ${layer}: ${level} in it alone, ${changed} of ${classes ? 'the answers change' : 'the variance goes'}.`,
  noWeakest: level => `No layer stands out: ${level} in one of them alone, all answers stay.`,
  bitsOf: bits => `with ${bits} bits`,
  without: share => `without ${share} of the weights`,
};

export const compressionWords: Record<Language, CompressionWords> = {
  en: english,
  zh: chineseCompression,
};
