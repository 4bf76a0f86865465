/** Does the sound change from the moment on that a letter is said to begin, when that letter is unknown? */

import { alignmentOf, alignments, removalOverTime, type Spoken, spokenOf } from '../answers/spoken';
import type { TrustMeasure } from '../method';
import { pearson } from '../numerics/statistics';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * For each token: the first frame that is mostly its own by the alignment, and the first that changes by a quarter of the
 * most when the token is unknown. Rule: score = 0.5 + half of Pearson's correlation of the two over the tokens. A model
 * without an alignment is not judged by it (score 1).
 */
export const measure: TrustMeasure = {
  id: 'onset_agreement',
  title: 'Onsets agree',
  summary:
    'When a letter is unknown, the sound changes from the moment on where the letter is said to begin.',
  async judge(request) {
    const words = wordsFor(request.language).measures;
    const s = spokenOf(request);
    const { id, title } = measure;
    if (alignments(request.model, s.frames, request.input!.data.length).length === 0)
      return { id, title, value: 1, score: 1, verdict: 'good', text: words.noAttention };
    const quiet = { ...request, onProgress: undefined };
    const said = onsets(s, await alignmentOf(quiet, s), 0.5);
    const changed = onsets(s, await removalOverTime(quiet, s), 0.25);
    const correlation = s.tokens.length < 2 ? 1 : pearson(said, changed);
    const value = Number.isFinite(correlation) ? correlation : 0;
    const score = clamp01(0.5 + value / 2);
    const verdict = verdictOf(score);
    return {
      id,
      title,
      value,
      score,
      verdict,
      text: words.onsets(value.toFixed(2), verdict),
      detail: { said, changed },
    };
  },
};

/** The first frame where each row reaches a share of its largest value. */
function onsets({ tokens, frames }: Spoken, values: Float32Array, share: number): number[] {
  return tokens.map((_, row) => {
    const of = values.subarray(row * frames, (row + 1) * frames);
    const least = share * of.reduce((a, b) => Math.max(a, b), 0);
    return Math.max(
      0,
      of.findIndex(v => v >= least),
    );
  });
}
