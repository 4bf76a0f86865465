/** From scores to verdicts; the same rule for every measure. */
import type { Trust, TrustResult } from './method';

/** Scores from here on are good. */
export const goodFrom = 0.7;
/** Scores from here on are fair; below they are poor. */
export const fairFrom = 0.4;

export function verdictOf(score: number): Trust['verdict'] {
  return score >= goodFrom ? 'good' : score >= fairFrom ? 'fair' : 'poor';
}

/** 0 to 1; what is not a number counts as nothing. */
export function clamp01(x: number): number {
  return x > 0 ? Math.min(1, x) : 0;
}

/** The lowest score decides: a chain is as strong as its weakest link. */
export function trustOf(measures: readonly TrustResult[]): Trust {
  const score = measures.length > 0 ? Math.min(...measures.map(m => m.score)) : 0;
  return { score, verdict: verdictOf(score), measures };
}
