/** Confidence bounds of a rate by the Kullback-Leibler divergence, as the KL-LUCB bandit uses them. */

/** Divergence of a coin of chance p from one of chance q. */
export function divergence(p: number, q: number): number {
  const a = Math.min(1 - 1e-12, Math.max(1e-12, p));
  const b = Math.min(1 - 1e-12, Math.max(1e-12, q));
  return a * Math.log(a / b) + (1 - a) * Math.log((1 - a) / (1 - b));
}

/** The lowest rate whose divergence from the observed one is within `level`. */
export function lowerBound(observed: number, level: number): number {
  let [low, high] = [0, observed];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (divergence(observed, middle) > level) low = middle;
    else high = middle;
  }
  return high;
}

/** The highest such rate. */
export function upperBound(observed: number, level: number): number {
  let [low, high] = [observed, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (divergence(observed, middle) > level) high = middle;
    else low = middle;
  }
  return low;
}

/**
 * The exploration rate of KL-LUCB (E. Kaufmann, S. Kalyanakrishnan, "Information Complexity in Bandit Subset
 * Selection", COLT 2013, with their alpha of 1.1 and k of 405.5): to be divided by an arm's number of draws.
 */
export function exploration(arms: number, round: number, delta: number): number {
  const x = Math.log((405.5 * arms * Math.max(1, round) ** 1.1) / delta);
  return x + Math.log(x);
}
