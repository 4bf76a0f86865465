/** Does a word that was looked at more also matter more? */

import { removalMatrix, writtenOf } from '../answers/sequences';
import type { TrustMeasure } from '../method';
import { mean, pearson } from '../numerics/statistics';
import { clamp01, verdictOf } from '../verdict';
import { wordsFor } from '../words/words';

/** Rule: score = 0.5 + half the mean over the written words of Pearson's correlation between the map and the
 * removal: of ranks, the many words that hardly matter would decide. */
export const measure: TrustMeasure = {
  id: 'word_removal',
  title: 'Removal test',
  paper: {
    authors: 'Jain and Wallace',
    year: 2019,
    title: 'Attention is not Explanation',
    url: 'https://arxiv.org/abs/1902.10186',
  },
  summary: 'The words ranked highest are those without which the written word becomes less likely.',
  async judge(request, attribution) {
    const w = writtenOf(request);
    const other = await removalMatrix({ ...request, onProgress: undefined }, w);
    return agreement(measure, request, attribution.values.data, other, w.source.length);
  },
};

export function agreement(
  { id, title }: Pick<TrustMeasure, 'id' | 'title'>,
  request: Parameters<TrustMeasure['judge']>[0],
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  columns: number,
) {
  const cut = (m: ArrayLike<number>, row: number) =>
    Array.from({ length: columns }, (_, c) => m[row * columns + c]!);
  const correlations = Array.from({ length: a.length / columns }, (_, row) =>
    columns < 2 ? 1 : pearson(cut(a, row), cut(b, row)),
  ).map(r => (Number.isFinite(r) ? r : 0));
  const value = mean(correlations);
  const score = clamp01(0.5 + value / 2);
  const verdict = verdictOf(score);
  return {
    id,
    title,
    value,
    score,
    verdict,
    text: wordsFor(request.language).measures.removal(value.toFixed(2), verdict),
    detail: { correlations },
  };
}
