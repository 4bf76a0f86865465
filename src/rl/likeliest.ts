/** Which action a policy's scores stand for. */
import { VitrineError } from '../model/errors';

/**
 * The action with the highest score; of equals the first.
 *
 * @throws VitrineError diverged for scores that are no numbers: no action follows from them
 */
export function likeliest(scores: ArrayLike<number>): number {
  let found = 0;
  for (let a = 0; a < scores.length; a++) {
    const score = scores[a]!;
    if (Number.isNaN(score))
      throw new VitrineError(
        'diverged',
        `The policy gives NaN as the score of action ${a + 1} of ${scores.length}, so that no action follows: its weights or the state are not finite. Train it with a lower learning rate, or choose a run whose loss stayed finite.`,
      );
    if (score > scores[found]!) found = a;
  }
  return found;
}
