/** What it costs to know nothing. */

/** The loss of a guess that looks at no input, and what to call it; undefined where that is not known. */
export function lossOfGuess(
  loss: string,
  classes: number,
  targets: ArrayLike<number>,
): { loss: number; words: string } | undefined {
  switch (loss) {
    case 'cross_entropy':
    case 'nll':
      return { loss: Math.log(Math.max(2, classes)), words: `a guess among ${classes} classes` };
    case 'bce':
    case 'bce_with_logits':
      return { loss: Math.log(2), words: 'a guess between two classes' };
    case 'mse': {
      const values = Array.from(targets);
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      // Zero is what a fresh model says, so a target far from zero counts as badly scaled.
      const variance = values.reduce((s, x) => s + (x - mean) ** 2, 0) / values.length;
      return variance > 0 ? { loss: variance, words: 'always saying the mean' } : undefined;
    }
    default:
      return undefined;
  }
}
