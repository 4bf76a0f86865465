/** Are points that are near on a map near in what it is a map of? */
import { VitrineError } from '../../model/errors';
import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/**
 * The value is the trustworthiness of Venna and Kaski over the 5 nearest neighbours: 1 when none of them is a stranger.
 *
 * Rule: 0.5 is what chance gives and scores 0; 1 scores 1.
 */
export const measure: TrustMeasure = {
  id: 'neighbourhood',
  title: 'Neighbours on the map',
  paper: {
    authors: 'Venna and Kaski',
    year: 2001,
    title: 'Neighborhood Preservation in Nonlinear Projection Methods: An Experimental Study',
    url: 'https://doi.org/10.1007/3-540-44668-0_68',
  },
  summary: 'Rows that are near on the map are near for the network too.',
  async judge(request, { values, repeats }) {
    if (!repeats) throw new VitrineError('bad-request', 'This method draws no map.');
    const words = wordsFor(request.language);
    const rowsOf = (t: typeof repeats) => {
      const [n, d] = t.shape as [number, number];
      return Array.from({ length: n }, (_, i) => t.data.subarray(i * d, (i + 1) * d));
    };
    const value = trustworthiness(rowsOf(repeats), rowsOf(values), 5);
    const score = clamp01(2 * value - 1);
    const verdict = verdictOf(score);
    const text = words.measures.neighbours(words.percent(score), verdict);
    return { id: measure.id, title: measure.title, value, score, verdict, text };
  },
};

/** scikit-learn's `trustworthiness`: how far, by rank, the neighbours on the map are from being neighbours. */
export function trustworthiness(
  rows: readonly ArrayLike<number>[],
  points: readonly ArrayLike<number>[],
  neighbours: number,
): number {
  const n = rows.length;
  const k = Math.max(1, Math.min(neighbours, Math.ceil(n / 2) - 1));
  if (n < 4) return 1;
  const order = (of: readonly ArrayLike<number>[], i: number) => {
    const distance = Float64Array.from(of, p => {
      let s = 0;
      for (let j = 0; j < p.length; j++) s += (p[j]! - of[i]![j]!) ** 2;
      return s;
    });
    distance[i] = -1;
    return Int32Array.from({ length: n }, (_, j) => j).sort((a, b) => distance[a]! - distance[b]! || a - b);
  };
  let strange = 0;
  for (let i = 0; i < n; i++) {
    const rank = new Int32Array(n);
    order(rows, i).forEach((j, r) => {
      rank[j] = r;
    });
    for (const j of order(points, i).slice(1, k + 1)) strange += Math.max(0, rank[j]! - k);
  }
  return 1 - (strange * 2) / (n * k * (2 * n - 3 * k - 1));
}
