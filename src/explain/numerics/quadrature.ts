/** Rules for integrals over [0, 1]: where to evaluate, and how much each value counts. */

export interface Quadrature {
  nodes: Float64Array;
  weights: Float64Array;
}

export const quadratureRules = [
  'gausslegendre',
  'riemann_middle',
  'riemann_left',
  'riemann_right',
  'riemann_trapezoid',
] as const;

export type QuadratureRule = (typeof quadratureRules)[number];

/**
 * `n` nodes of the rule on [0, 1]; the weights sum to one.
 *
 * The names are Captum's. Its trapezoid rule divides by n where n points have n - 1 gaps, so that its weights sum to
 * (n - 1)/n; this one is the trapezoid rule of the textbooks.
 */
export function quadrature(rule: QuadratureRule, n: number): Quadrature {
  if (rule === 'gausslegendre') return gaussLegendre(n);
  if (rule === 'riemann_trapezoid' && n > 1) {
    return {
      nodes: Float64Array.from({ length: n }, (_, i) => i / (n - 1)),
      weights: Float64Array.from({ length: n }, (_, i) => (i === 0 || i === n - 1 ? 0.5 : 1) / (n - 1)),
    };
  }
  const shift = rule === 'riemann_left' ? 0 : rule === 'riemann_right' ? 1 : 0.5;
  return {
    nodes: Float64Array.from({ length: n }, (_, i) => (i + shift) / n),
    weights: new Float64Array(n).fill(1 / n),
  };
}

/**
 * Gauss and Legendre's rule, exact for polynomials up to degree 2n - 1. The nodes are the roots of the Legendre
 * polynomial P_n, by Newton's method from Chebyshev's guess; P_n and its derivative by the three-term recurrence
 * (Abramowitz and Stegun 22.7.10, 22.8.5, 25.4.29).
 */
function gaussLegendre(n: number): Quadrature {
  const nodes = new Float64Array(n);
  const weights = new Float64Array(n);
  for (let i = 0; i < (n + 1) >> 1; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 0;
    for (let tries = 0; tries < 100; tries++) {
      let before = 1;
      let p = x;
      for (let k = 2; k <= n; k++) [before, p] = [p, ((2 * k - 1) * x * p - (k - 1) * before) / k];
      slope = (n * (x * p - before)) / (x * x - 1);
      const step = p / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    const weight = 1 / ((1 - x * x) * slope * slope);
    nodes[i] = 0.5 * (1 - x);
    nodes[n - 1 - i] = 0.5 * (1 + x);
    weights[i] = weight;
    weights[n - 1 - i] = weight;
  }
  return { nodes, weights };
}
