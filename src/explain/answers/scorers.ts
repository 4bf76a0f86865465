/** What a model is scored by when inputs are taken from it: scikit-learn's scorers, greater is better. */
import type { TargetInfo } from '../../data/dataset';
import { VitrineError } from '../../model/errors';
import { type Link, probabilitiesOf } from './predict';

export const scorerIds = ['auto', 'accuracy', 'neg_log_loss', 'r2', 'neg_mean_squared_error'] as const;
export type ScorerId = (typeof scorerIds)[number];

export interface Scorer {
  id: Exclude<ScorerId, 'auto'>;
  title: string;
  /** @param outputs [rows × width]; @param targets class indices or numbers. */
  score(outputs: Float32Array, targets: ArrayLike<number>): number;
}

/**
 * scikit-learn's definitions; "auto" is its default scorer: accuracy for classes, R² for numbers.
 *
 * @throws bad-request for a scorer that does not suit the target.
 */
export function scorerFor(id: ScorerId, target: TargetInfo, link: Link, width: number): Scorer {
  const isClasses = target.kind === 'classes';
  const chosen = id === 'auto' ? (isClasses ? 'accuracy' : 'r2') : id;
  if ((chosen === 'accuracy' || chosen === 'neg_log_loss') !== isClasses) {
    throw new VitrineError(
      'bad-request',
      `The metric "${chosen}" is not for a target of ${isClasses ? 'classes' : 'numbers'}. ` +
        `Use ${isClasses ? '"accuracy" or "neg_log_loss"' : '"r2" or "neg_mean_squared_error"'}.`,
    );
  }
  if (chosen === 'neg_log_loss' && link === 'value')
    throw new VitrineError(
      'bad-request',
      'The model gives no probabilities, so "neg_log_loss" has no value.',
    );
  switch (chosen) {
    case 'accuracy':
      return { id: chosen, title: 'accuracy', score: (o, t) => accuracy(o, t, link, width) };
    case 'neg_log_loss':
      return { id: chosen, title: 'log loss (negative)', score: (o, t) => -logLoss(o, t, link, width) };
    case 'r2':
      return { id: chosen, title: 'R²', score: r2 };
    case 'neg_mean_squared_error':
      return { id: chosen, title: 'mean squared error (negative)', score: (o, t) => -squaredError(o, t) };
  }
}

function accuracy(outputs: Float32Array, targets: ArrayLike<number>, link: Link, width: number): number {
  const said = likeliest(outputs, link, width);
  let right = 0;
  for (let r = 0; r < targets.length; r++) if (said[r] === targets[r]) right++;
  return right / targets.length;
}

/** The class that each row's outputs speak for. */
export function likeliest(outputs: Float32Array, link: Link, width: number): Int32Array {
  return Int32Array.from({ length: outputs.length / width }, (_, r) => {
    if (width === 1)
      return Number(probabilitiesOf([outputs[r]!], link === 'value' ? 'probability' : link)![1]! > 0.5);
    let best = 0;
    for (let c = 1; c < width; c++) if (outputs[r * width + c]! > outputs[r * width + best]!) best = c;
    return best;
  });
}

function logLoss(outputs: Float32Array, targets: ArrayLike<number>, link: Link, width: number): number {
  let sum = 0;
  for (let r = 0; r < targets.length; r++) {
    const p = probabilitiesOf(outputs.subarray(r * width, (r + 1) * width), link)!;
    // scikit-learn clips at the smallest step of float32 outputs, so that one sure mistake is not infinite.
    sum -= Math.log(Math.min(1, Math.max(p[targets[r]!]!, 2 ** -23)));
  }
  return sum / targets.length;
}

function squaredError(outputs: Float32Array, targets: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += (outputs[i]! - targets[i]!) ** 2;
  return sum / targets.length;
}

function r2(outputs: Float32Array, targets: ArrayLike<number>): number {
  let mean = 0;
  for (let i = 0; i < targets.length; i++) mean += targets[i]! / targets.length;
  let total = 0;
  for (let i = 0; i < targets.length; i++) total += (targets[i]! - mean) ** 2;
  const rest = squaredError(outputs, targets) * targets.length;
  return total > 0 ? 1 - rest / total : rest === 0 ? 1 : 0;
}
