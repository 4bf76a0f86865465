import type { TrustMeasure } from '../method';
import { clamp01, verdictOf } from '../verdict';
import type { Words } from '../words/words';

/**
 * How far attributions are from adding up to `difference`, as a share of it (or of a hundredth of their size, where it is
 * nearly zero); a fifth is no trust at all.
 */
export function judgeSum(
  { id, title }: Pick<TrustMeasure, 'id' | 'title'>,
  values: ArrayLike<number>,
  difference: number,
  words: Words,
): Awaited<ReturnType<TrustMeasure['judge']>> {
  let sum = 0;
  let size = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i]!;
    size += Math.abs(values[i]!);
  }
  const scale = Math.max(Math.abs(difference), size / 100);
  if (scale < 1e-6)
    return { id, title, value: 0, score: 0.5, verdict: 'fair', text: words.measures.completenessFlat };
  const value = Math.abs(sum - difference) / scale;
  const score = clamp01(1 - 5 * value);
  const verdict = verdictOf(score);
  return {
    id,
    title,
    value,
    score,
    verdict,
    text: words.measures.completeness(words.percent(value), verdict),
    detail: { sum: [sum], difference: [difference] },
  };
}
