/** Does the prediction hang on the inputs that the explanation ranks highest? Deletion and insertion, against chance. */
import type { TrustMeasure } from '../method';
import { hasSeveralParts } from '../perturbation/units';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';
import { gainOfOrder } from './_order';

/**
 * Inputs are replaced by the baseline, the highest first, and put into the baseline, the highest first (RISE). Looking
 * from both ends, as Blücher, Vielhaben and Strodthoff (2024, "Decoupling Pixel Flipping and Occlusion Strategy for
 * Consistent XAI Benchmarks") propose with their symmetric gain, keeps one of them from deciding by an early step
 * where the probability is nearly 0 or 1.
 *
 * Rule: the gain is the area between the random orders' mean curve and this order's, as a mean over both ends; the
 * score is the gain divided by the best known one. A random order scores 0 on average. Where no order beats chance by a
 * hundredth of the curves' range the test says nothing, and the score is 0.5.
 */
export const measure: TrustMeasure = {
  id: 'deletion',
  title: 'Deletion and insertion test',
  paper: {
    authors: 'Petsiuk, Das and Saenko',
    year: 2018,
    title: 'RISE: Randomized Input Sampling for Explanation of Black-box Models',
    url: 'https://arxiv.org/abs/1806.07421',
  },
  summary:
    'The prediction falls quickly without the inputs ranked highest, and comes back quickly with them.',
  applies: hasSeveralParts,
  async judge(request, attribution) {
    const words = wordsFor(request.language);
    const ends = [
      await gainOfOrder('deletion', request, attribution),
      await gainOfOrder('insertion', request, attribution),
    ] as const;
    const [removed, added] = ends;
    const value = (removed.gain + added.gain) / 2;
    const common = {
      id: measure.id,
      title: measure.title,
      value,
      detail: {
        x: removed.x,
        curve: removed.curve,
        random: removed.random,
        randomSpread: removed.randomSpread,
        best: removed.bestCurve,
        insertion: added.curve,
        insertionRandom: added.random,
        insertionBest: added.bestCurve,
        gains: [removed.gain, added.gain],
      },
    };
    const telling = ends.filter(e => !e.undecided);
    if (telling.length === 0)
      return { ...common, score: 0.5, verdict: 'fair', text: words.measures.orderUndecided };
    const sum = (of: 'gain' | 'best') => telling.reduce((s, e) => s + e[of], 0);
    const score = clamp01(sum('gain') / sum('best'));
    const verdict = verdictOf(score);
    return { ...common, score, verdict, text: words.measures.deletion(words.percent(score), verdict) };
  },
};
