/** How much better an action was than what was expected of its state. */

/** Steps of several environments side by side, [steps × environments], row by row. */
export interface Rollout {
  steps: number;
  environments: number;
  rewards: Float64Array;
  /** Worth of each state before its step. */
  values: Float64Array;
  /** 1 where the episode ended with the step, in whatever way. */
  ended: Uint8Array;
  /** Worth of the states after the last step, by environment. */
  last: ArrayLike<number>;
}

/**
 * Generalised advantage estimation: Schulman, Moritz, Levine, Jordan and Abbeel, "High-Dimensional Continuous Control
 * Using Generalized Advantage Estimation" (2016), equation 16. Returns are advantages plus values.
 */
export function advantagesOf(r: Rollout, discount: number, lambda: number) {
  const advantages = new Float64Array(r.rewards.length);
  const returns = new Float64Array(r.rewards.length);
  for (let e = 0; e < r.environments; e++) {
    let next = 0;
    for (let t = r.steps - 1; t >= 0; t--) {
      const i = t * r.environments + e;
      const goesOn = 1 - r.ended[i]!;
      const after = t === r.steps - 1 ? r.last[e]! : r.values[i + r.environments]!;
      const surprise = r.rewards[i]! + discount * goesOn * after - r.values[i]!;
      next = surprise + discount * lambda * goesOn * next;
      advantages[i] = next;
      returns[i] = next + r.values[i]!;
    }
  }
  return { advantages, returns };
}

/** In deviations from their mean; the small number keeps equal values finite. */
export function standardized(values: ArrayLike<number>): Float64Array {
  const all = Float64Array.from(values);
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  const deviation = Math.sqrt(all.reduce((a, b) => a + (b - mean) ** 2, 0) / all.length);
  return all.map(v => (v - mean) / (deviation + 1e-8));
}
