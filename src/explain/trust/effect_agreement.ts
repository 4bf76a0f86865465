/** Does one curve speak for all rows, or does the column work differently from row to row? */
import { VitrineError } from '../../model/errors';
import type { TrustMeasure } from '../method';
import { mean } from '../numerics/statistics';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * Rule: the score is the share of the single rows' curves that their mean explains: 1 - (variance around the mean
 * curve) / (variance), each row's curve centred first, so that only shapes are compared. A column that does nothing has
 * one shape, flat, for all rows.
 */
export const measure: TrustMeasure = {
  id: 'effect_agreement',
  title: 'Agreement of rows',
  paper: {
    authors: 'Goldstein, Kapelner, Bleich and Pitkin',
    year: 2015,
    title:
      'Peeking Inside the Black Box: Visualizing Statistical Learning with Plots of Individual Conditional Expectation',
    url: 'https://arxiv.org/abs/1309.6392',
  },
  summary: 'The mean curve has the shape that the curves of single rows have.',
  async judge(request, { repeats }) {
    const words = wordsFor(request.language);
    if (!repeats)
      throw new VitrineError('bad-request', 'This method has no curves of single rows to compare.');
    const [rows, points] = repeats.shape as [number, number];
    const curves = Array.from({ length: rows }, (_, r) => {
      const curve = repeats.data.slice(r * points, (r + 1) * points);
      const level = mean(curve);
      return Float64Array.from(curve, v => v - level);
    });
    let around = 0;
    let all = 0;
    for (let p = 0; p < points; p++) {
      const m = mean(curves.map(c => c[p]!));
      for (const c of curves) {
        around += (c[p]! - m) ** 2;
        all += c[p]! ** 2;
      }
    }
    const flat = all < 1e-12 * rows * points;
    const value = flat ? 1 : 1 - around / all;
    const score = clamp01(value);
    const verdict = verdictOf(score);
    const text = words.measures.agreement(words.percent(score), verdict);
    return { id: measure.id, title: measure.title, value, score, verdict, text };
  },
};
